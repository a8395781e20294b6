using System.Text.Json;
using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Tokenizers;

public sealed class TokenizerParityTests
{
    [Theory]
    [InlineData("tiny-smollm2")]
    [InlineData("tiny-smolvlm")]
    [InlineData("tiny-vit-gpt2")]
    public void Ids_and_text_equal_those_of_the_reference(string pack)
    {
        var tokenizer = Tokenizer.Load(Fixtures.Path(pack, "tokenizer.json"));
        foreach (var golden in Fixtures.Goldens(pack).GetProperty("texts").EnumerateArray())
        {
            var text = golden.GetProperty("text").GetString()!;
            var ids = golden.GetProperty("ids").Ints();
            AssertIds(ids, tokenizer.Encode(text, addSpecialTokens: true), text);
            if (golden.TryGetProperty("ids_no_special", out var plain))
            {
                AssertIds(plain.Ints(), tokenizer.Encode(text), text);
            }

            Assert.Equal(golden.GetProperty("decoded").GetString(), tokenizer.Decode(ids, skipSpecialTokens: false));
            Assert.Equal(golden.GetProperty("decoded_skip_special").GetString(), tokenizer.Decode(ids));
        }
    }

    private static void AssertIds(int[] expected, int[] actual, string text) =>
        Assert.True(expected.SequenceEqual(actual), $"{JsonSerializer.Serialize(text)}: expected {string.Join(',', expected)}, got {string.Join(',', actual)}");
}
