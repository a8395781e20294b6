using System.Text.Json.Nodes;
using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Tokenizers;

public sealed class DecoderTests
{
    private const string Metaspace = """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}""";
    private const string Llama = """
        {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},
        {"type":"Strip","content":" ","start":1,"stop":0}]}
        """;

    private static readonly string[] Tokens = ["▁a", "b", "▁", "<0xE2>", "<0x82>", "<0xAC>", "c</w>", "d</w>"];

    [Theory]
    [InlineData(Metaspace, new[] { 0, 1, 2, 0 }, "ab  a")]
    [InlineData(Llama, new[] { 0, 1, 2, 3, 4, 5, 0 }, "ab € a")]
    [InlineData(Llama, new[] { 2, 2, 0 }, "  a")]
    [InlineData(Llama, new[] { 1, 3, 4, 5, 3, 1 }, "b\uFFFD\uFFFD\uFFFD\uFFFDb")]
    [InlineData("""{"type":"BPEDecoder","suffix":"</w>"}""", new[] { 6, 1, 7, 7 }, "c bd d")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"▁","start":1,"stop":1}]}""", new[] { 2, 2, 1, 2, 2 }, "▁b▁")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"[a-c]"},"content":"x"}""", new[] { 0, 1, 7 }, "▁xxd</w>")]
    [InlineData("null", new[] { 1, 1, 0 }, "b b ▁a")]
    public void Tokens_are_joined_as_the_decoder_says(string decoder, int[] ids, string expected)
    {
        var tokenizer = Load(decoder);

        Assert.Equal(expected, tokenizer.Decode(ids));
        Assert.Equal(expected, Stream(tokenizer, ids));
    }

    [Fact]
    public void Text_that_no_later_token_can_change_is_not_held_back()
    {
        var decoder = Load(Llama).CreateDecoder();

        Assert.Equal("a", decoder.Append(0));
        Assert.Equal("b", decoder.Append(1));
        Assert.Equal("", decoder.Append(3));
        Assert.Equal("", decoder.Append(4));
        Assert.Equal("", decoder.Append(5));
        Assert.Equal("€b", decoder.Append(1));
        Assert.Equal("", decoder.Flush());
    }

    [Theory]
    [InlineData("tiny-clip")]
    [InlineData("tiny-siglip")]
    [InlineData("tiny-smollm2")]
    [InlineData("tiny-smolvlm")]
    [InlineData("tiny-vit-gpt2")]
    public void Deltas_of_any_tokens_join_to_the_text_and_hold_whole_characters(string pack)
    {
        var tokenizer = Tokenizer.Load(Fixtures.Path(pack, "tokenizer.json"));
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var ids = Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(tokenizer.VocabularySize)).ToArray();
            Assert.Equal(tokenizer.Decode(ids), Stream(tokenizer, ids));
        }
    }

    [Fact]
    public void An_id_outside_of_the_vocabulary_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Load(Llama).Decode([Tokens.Length]));

    private static string Stream(Tokenizer tokenizer, int[] ids)
    {
        var decoder = tokenizer.CreateDecoder();
        List<string> deltas = [.. ids.Select(decoder.Append), decoder.Flush()];
        Assert.All(deltas, d => Assert.False(d.Length > 0 && (char.IsLowSurrogate(d[0]) || char.IsHighSurrogate(d[^1]))));
        return string.Concat(deltas);
    }

    private static Tokenizer Load(string decoder)
    {
        var vocabulary = new JsonObject(Tokens.Select((t, i) => KeyValuePair.Create(t, (JsonNode?)i)));
        return TokenizerText.Load(new JsonObject
        {
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
            ["decoder"] = JsonNode.Parse(decoder),
        });
    }
}
