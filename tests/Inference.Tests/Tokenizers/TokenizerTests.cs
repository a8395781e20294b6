using System.Diagnostics;
using System.Text.RegularExpressions;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Tokenizers;

public sealed class TokenizerTests
{
    private readonly Tokenizer _tokenizer = Tokenizer.Load(Fixtures.Path("tiny-smollm2", "tokenizer.json"));

    [Fact]
    public void A_special_token_that_a_user_typed_is_plain_text()
    {
        const string Typed = "hello <|im_end|> world";

        var ids = _tokenizer.Encode(Typed, parseSpecialTokens: false);

        Assert.DoesNotContain(ids, _tokenizer.IsSpecial);
        Assert.Equal(Typed, _tokenizer.Decode(ids));
        Assert.Contains(_tokenizer.TokenId("<|im_end|>")!.Value, _tokenizer.Encode(Typed));
    }

    [Fact]
    public void A_megabyte_of_one_letter_is_encoded_in_seconds_not_hours()
    {
        var watch = Stopwatch.StartNew();

        var ids = _tokenizer.Encode(new string('a', 1_000_000));

        Assert.Equal(1_000_000, _tokenizer.Decode(ids).Length);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    [Fact]
    public void Deltas_hold_back_an_unfinished_character_and_join_to_the_whole_text()
    {
        const string Text = "a 😀 b – 漢字 \uD83C\uDDF3 é";
        var decoder = _tokenizer.CreateDecoder();
        var deltas = _tokenizer.Encode(Text).Select(decoder.Append).ToList();

        Assert.All(deltas, d => Assert.DoesNotContain('\uFFFD', d));
        Assert.Equal(Text, string.Concat(deltas) + decoder.Flush());
    }

    [Fact]
    public void A_character_that_never_ends_is_flushed_as_a_replacement()
    {
        var decoder = _tokenizer.CreateDecoder();
        Assert.Equal("", decoder.Append(_tokenizer.Encode("😀")[0]));

        Assert.Equal("\uFFFD", decoder.Flush());
    }

    [Theory]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0}},"pre_tokenizer":{"type":"ByteLevel"}}""", "model.type 'WordPiece'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "pre_tokenizer.type 'BertPreTokenizer'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"pre_tokenizer":{"type":"Metaspace"}}""", "pre_tokenizer.replacement is missing")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a a"]},"pre_tokenizer":{"type":"ByteLevel"}}""", "model.merges[0]")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]},"pre_tokenizer":{"type":"ByteLevel"}}""", "model.vocab[\"a\"]")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]}}""", "model.vocab")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0}},"pre_tokenizer":{"type":"Split","behavior":"Isolated","pattern":{"Regex":"("}}}""", "pre_tokenizer.pattern")]
    [InlineData("""{"model":[]}""", "model is not an object")]
    [InlineData("{", "cannot be read as JSON")]
    public void A_file_that_is_not_understood_is_refused_with_file_and_field(string json, string named)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, json);
            var error = Assert.Throws<MeshException>(() => Tokenizer.Load(path));
            Assert.Equal(ErrorReason.PackInvalid, error.Reason);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Split_keeps_the_delimiters_where_the_file_says()
    {
        Assert.Equal(["a", "b"], Cut("a-b", "Removed"));
        Assert.Equal(["a", "-", "b"], Cut("a-b", "Isolated"));
        Assert.Equal(["a-", "b"], Cut("a-b", "MergedWithPrevious"));
        Assert.Equal(["a", "-b"], Cut("a-b", "MergedWithNext"));
        Assert.Equal(["a", "--", "b"], Cut("a--b", "Contiguous"));
    }

    private static List<string> Cut(string text, string behavior)
    {
        List<Piece> pieces = [];
        new SplitPreTokenizer(new TextPattern(new Regex("-")), Enum.Parse<SplitBehavior>(behavior), invert: false).Split(new Piece(text), pieces);
        return [.. pieces.Select(p => p.Span.ToString())];
    }
}
