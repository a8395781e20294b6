using System.Text.Json;
using System.Text.Json.Nodes;
using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Tokenizers;

public sealed class TokenizerParityTests
{
    [Theory]
    [InlineData("tiny-clip")]
    [InlineData("tiny-siglip")]
    [InlineData("tiny-smollm2")]
    [InlineData("tiny-smolvlm")]
    [InlineData("tiny-vit-gpt2")]
    public void Ids_and_text_equal_those_of_the_reference(string pack)
    {
        var tokenizer = Tokenizer.Load(Fixtures.Path(pack, "tokenizer.json"));
        foreach (var golden in Texts(pack).EnumerateArray())
        {
            var text = golden.GetProperty("text").GetString()!;
            var ids = golden.GetProperty("ids").Ints();
            AssertIds(ids, tokenizer.Encode(text, addSpecialTokens: true), text);
            if (golden.TryGetProperty("ids_no_special", out var plain))
            {
                AssertIds(plain.Ints(), tokenizer.Encode(text), text);
            }

            if (golden.TryGetProperty("ids_truncated", out var truncated))
            {
                AssertIds(truncated.Ints(), tokenizer.Truncate(ids, truncated.GetArrayLength()), text);
            }

            if (golden.TryGetProperty("decoded", out var decoded))
            {
                Assert.Equal(decoded.GetString(), tokenizer.Decode(ids, skipSpecialTokens: false));
                Assert.Equal(golden.GetProperty("decoded_skip_special").GetString(), tokenizer.Decode(ids));
            }
        }
    }

    [Fact]
    public void A_unigram_model_falls_back_to_bytes_where_the_file_says_so()
    {
        var json = JsonNode.Parse(File.ReadAllText(Fixtures.Path("tiny-siglip", "tokenizer.json")))!;
        json["model"]!["byte_fallback"] = true;
        var tokenizer = TokenizerText.Load(json);
        foreach (var golden in Texts("tiny-siglip").EnumerateArray())
        {
            var text = golden.GetProperty("text").GetString()!;
            var ids = golden.TryGetProperty("ids_byte_fallback", out var bytes) ? bytes : golden.GetProperty("ids");
            AssertIds(ids.Ints(), tokenizer.Encode(text, addSpecialTokens: true), text);
        }
    }

    private static JsonElement Texts(string pack) =>
        (pack == "tiny-siglip" ? JsonDocument.Parse(File.ReadAllBytes(Fixtures.Path(pack, "texts.json"))).RootElement : Fixtures.Goldens(pack))
        .GetProperty("texts");

    private static void AssertIds(int[] expected, int[] actual, string text) =>
        Assert.True(expected.SequenceEqual(actual), $"{JsonSerializer.Serialize(text)}: expected {string.Join(',', expected)}, got {string.Join(',', actual)}");
}
