using System.Text.Json;
using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Tokenizers;

/// <summary>Expected texts are those of the tokenizers library 0.23.</summary>
public sealed class NormalizationTests
{
    [Theory]
    [InlineData("NFC", "e\u0301 q\u0307\u0323 \u1112\u1161\u11ab \u0915\u093c \u212b", "\u00e9 q\u0323\u0307 \ud55c \u0915\u093c \u00c5")]
    [InlineData("NFD", "\u00e9 \ud55c \u1e69 \u0958", "e\u0301 \u1112\u1161\u11ab s\u0323\u0307 \u0915\u093c")]
    [InlineData("NFKC", "\ufb01 \u2460 \uff76\uff9e \u00bd", "fi 1 \u30ac 1\u20442")]
    [InlineData("NFKD", "\uff8a\uff9f \u2126 \ufdfa", "\u30cf\u309a \u03a9 \u0635\u0644\u0649 \u0627\u0644\u0644\u0647 \u0639\u0644\u064a\u0647 \u0648\u0633\u0644\u0645")]
    [InlineData("Lowercase", "\u039f\u0394\u03a5\u03a3 \u0130I \u1e9e \ud801\udc00", "\u03bf\u03b4\u03c5\u03c3 i\u0307i \u00df \ud801\udc28")]
    [InlineData("StripAccents", "e\u0301\u0903a\u20dd \u00e9", "ea \u00e9")]
    [InlineData("Strip", " \u3000a b\u00a0\n", "a b")]
    public void Normalizers_rewrite_as_the_reference_does(string type, string text, string expected) =>
        Assert.Equal(expected, Normalizer($$"""{"type":"{{type}}"}""").Apply(text));

    [Fact]
    public void Steps_follow_one_another()
    {
        var normalizer = Normalizer("""
            {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"_"},{"type":"Replace","pattern":{"String":" "},"content":"_"},
            {"type":"Replace","pattern":{"Regex":"\\p{L}{2,}"},"content":"x"},{"type":"Strip","strip_left":false}]}
            """);

        Assert.Equal("_x_a_😀_x", normalizer.Apply("one a 😀 𝐁𝐨\n"));
        Assert.Equal("", normalizer.Apply(""));
    }

    [Fact]
    public void The_character_map_of_sentencepiece_is_applied_cluster_by_cluster()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Path("tiny-siglip", "tokenizer.json")));
        var map = file.RootElement.GetProperty("normalizer").GetProperty("normalizers").EnumerateArray()
            .Single(n => n.GetProperty("type").GetString() == "Precompiled").GetRawText();
        var normalizer = Normalizer(map);

        // A cluster of six bytes or more, such as the half-width "ga", is looked up character by character.
        Assert.Equal("1 カタカナ カ\u3099 fi ABC é ", normalizer.Apply("① ｶﾀｶﾅ ｶﾞ ﬁ ＡＢＣ e\u0301\u3000"));
        Assert.Equal("plain", normalizer.Apply("plain"));
    }

    private static Normalizer Normalizer(string json)
    {
        using var document = JsonDocument.Parse(json);
        return TextStepReader.ReadNormalizer(new JsonField("tokenizer.json", "normalizer", document.RootElement));
    }
}
