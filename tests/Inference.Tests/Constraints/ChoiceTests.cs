using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Constraints;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Constraints;

public sealed class ChoiceTests
{
    [Fact]
    public void Whatever_the_logits_the_text_is_one_of_the_choices_and_each_can_come()
    {
        string[] choices = ["yes", "no", "yesterday", "ja, gern 😀", "<|im_end|>", " with blank"];
        var constraint = TokenConstraint.Choice(choices, Generation.Tokenizer);
        var seen = new HashSet<string>();
        for (var seed = 0; seed < 300; seed++)
        {
            seen.Add(Generation.Text(constraint, seed, temperature: seed % 2));
        }

        Assert.Equal(choices.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_end_token_comes_where_a_choice_is_complete_and_alone_where_nothing_follows()
    {
        var constraint = TokenConstraint.Choice(["yes", "yesterday"], Generation.Tokenizer);

        Assert.DoesNotContain(Generation.End, Generation.Allowed(constraint, "ye"));
        Assert.Contains(Generation.End, Generation.Allowed(constraint, "yes"));
        Assert.NotEqual([Generation.End], Generation.Allowed(constraint, "yes"));
        Assert.Equal([Generation.End], Generation.Allowed(constraint, "yesterday"));
    }

    [Fact]
    public void A_control_token_is_never_text_even_if_a_choice_spells_it()
    {
        var constraint = TokenConstraint.Choice(["<|im_start|>"], Generation.Tokenizer);

        Assert.DoesNotContain(1, Generation.Allowed(constraint, string.Empty));
        Assert.Equal("<|im_start|>", Generation.Text(constraint, 1));
    }

    [Fact]
    public void A_token_that_cannot_come_is_refused_and_the_state_stays()
    {
        var state = TokenConstraint.Choice(["ab"], Generation.Tokenizer).Start();

        Assert.Throws<ArgumentException>(() => state.Accept(Generation.Tokenizer.Encode("x")[0]));
        Assert.Throws<ArgumentException>(() => state.Accept(Generation.End));
        Assert.Throws<ArgumentException>(() => state.Accept(100_000));
        foreach (var id in Generation.Tokenizer.Encode("ab"))
        {
            state.Accept(id);
        }

        Assert.True(state.IsComplete);
    }

    [Fact]
    public void Logits_of_what_can_come_keep_their_values()
    {
        var logits = Enumerable.Range(0, Generation.Tokenizer.VocabularySize).Select(i => (float)i).ToArray();

        TokenConstraint.Choice(["a"], Generation.Tokenizer).Start().Apply(logits, Generation.End);

        Assert.Equal([(float)Generation.Tokenizer.Encode("a")[0]], logits.Where(float.IsFinite));
    }

    [Fact]
    public void Without_a_choice_or_with_an_empty_one_the_request_is_refused()
    {
        Assert.Equal("choices", Refusal([]).Field);
        Assert.Equal("choices[1]", Refusal(["a", ""]).Field);
        Assert.Equal("choices", Refusal([new string('x', 100_000)]).Field);

        static MeshException Refusal(string[] choices) => Assert.Throws<MeshException>(() => TokenConstraint.Choice(choices, Generation.Tokenizer));
    }
}
