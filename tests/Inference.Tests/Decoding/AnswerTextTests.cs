using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

public sealed class AnswerTextTests
{
    private readonly Tokenizer _tokenizer = Tokenizer.Load(Fixtures.Path("tiny-smollm2", "tokenizer.json"));

    [Theory]
    [InlineData("The muddy tractor STOP rests", "STOP", "The muddy tractor ")]
    [InlineData("ends in a ST", "STOP", "ends in a ST")]
    [InlineData("SSTOP", "STOP", "S")]
    [InlineData("ab 😀 cd", "😀", "ab ")]
    [InlineData("no stop here", "\n", "no stop here")]
    public void The_text_ends_before_a_stop_sequence_and_is_whole_otherwise(string text, string stop, string expected)
    {
        var answer = new AnswerText(_tokenizer, [stop]);
        var deltas = new List<string>();
        foreach (var id in _tokenizer.Encode(text))
        {
            deltas.Add(answer.Append(id));
            if (answer.Stopped)
            {
                break;
            }
        }

        Assert.Equal(expected, string.Concat(deltas) + answer.Finish());
        Assert.Equal(text.Contains(stop, StringComparison.Ordinal), answer.Stopped);
    }
}
