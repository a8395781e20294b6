using System.Text;
using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Tokenizers;

public sealed class TokenSpellingTests
{
    [Theory]
    [InlineData("tiny-smollm2")]
    [InlineData("tiny-smolvlm")]
    public void The_bytes_of_the_tokens_are_those_of_the_text(string pack)
    {
        const string Text = "How many cups, é 😀 <|im_end|>?";
        var tokenizer = Tokenizer.Load(Fixtures.Path(pack, "tokenizer.json"));

        var bytes = tokenizer.Encode(Text).SelectMany(id => TokenSpelling.Of(tokenizer, id).Bytes).ToArray();

        Assert.Equal(Text, Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void A_part_of_a_character_has_its_bytes_and_no_text()
    {
        var tokenizer = Tokenizer.Load(Fixtures.Path("tiny-smollm2", "tokenizer.json"));
        var part = tokenizer.Encode("😀")[0];

        var spelling = TokenSpelling.Of(tokenizer, part);

        Assert.Equal("\uFFFD", spelling.Text);
        Assert.Equal(0xF0, spelling.Bytes[0]);
    }

    [Fact]
    public void A_word_brings_its_space_also_where_a_text_would_begin_without()
    {
        var tokenizer = Tokenizer.Load(Fixtures.Path("tiny-siglip", "tokenizer.json"));
        var word = tokenizer.Encode("a cat")[^1];

        Assert.StartsWith(" ", TokenSpelling.Of(tokenizer, word).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_that_no_token_has_spells_nothing() =>
        Assert.Empty(TokenSpelling.Of(Tokenizer.Load(Fixtures.Path("tiny-smollm2", "tokenizer.json")), 1_000_000).Bytes);
}
