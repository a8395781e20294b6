using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Tokenizers;

public sealed class TokenizerFuzzTests
{
    private const string Rich = """
        {"added_tokens":[{"id":9,"content":"<s>","special":true,"normalized":true,"lstrip":true,"rstrip":true,"single_word":true}],
        "normalizer":{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Replace","pattern":{"String":"x"},"content":""},{"type":"Strip"}]},
        "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\s+"},"behavior":"Isolated","invert":false},
        {"type":"Metaspace","replacement":"_","prepend_scheme":"first","split":true},{"type":"Digits","individual_digits":true}]},
        "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"e"}},{"Sequence":{"id":"A"}}],"special_tokens":{"e":{"ids":[9]}}},
        "decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":"_","start":1,"stop":1}]},
        "model":{"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["<unk>",0],["_",-1.5],["a",-2],["ab",-3],["<0x41>",0]]}}
        """;

    [Fact]
    public void A_changed_file_is_understood_or_refused_with_its_path()
    {
        var random = new Random(3);
        var bytes = Encoding.UTF8.GetBytes(Rich);
        var refused = 0;
        for (var round = 0; round < 600; round++)
        {
            refused += Try(round % 4 == 0 ? bytes[..random.Next(bytes.Length)] : Mutate(bytes, random), random) ? 0 : 1;
        }

        Assert.InRange(refused, 200, 599);
    }

    [Theory]
    [InlineData("tiny-clip")]
    [InlineData("tiny-siglip")]
    [InlineData("tiny-smolvlm")]
    public void A_damaged_pack_is_understood_or_refused_with_its_path(string pack)
    {
        var random = new Random(5);
        var bytes = File.ReadAllBytes(Fixtures.Path(pack, "tokenizer.json"));
        for (var round = 0; round < 25; round++)
        {
            Try(round % 5 == 0 ? bytes[..random.Next(bytes.Length)] : Mutate(bytes, random), random);
        }
    }

    [Theory]
    [InlineData("vocab", """{"a":2147483648}""", "model.vocab[\"a\"]")]
    [InlineData("vocab", """{"a":16000000}""", "16000000")]
    [InlineData("vocab", """{"\ud800":1}""", "not valid text")]
    [InlineData("unk_token", "\"b\"", "model.unk_token")]
    [InlineData("merges", """["a b c"]""", "model.merges[0]")]
    [InlineData("merges", """[["a"]]""", "model.merges[0]")]
    [InlineData("fuse_unk", "1", "model.fuse_unk")]
    [InlineData("type", "\"Unigram\"", "model.vocab is not an array")]
    public void A_model_that_cannot_be_is_refused_by_field(string property, string value, string named) =>
        AssertRefused($$$"""{"model":{"type":"BPE","vocab":{"a":0},{{{$"\"{property}\":{value}"}}}}}""", named);

    [Theory]
    [InlineData("""{"type":"Unigram","vocab":[["a"]]}""", "model.vocab[0]")]
    [InlineData("""{"type":"Unigram","vocab":[["a",1e999]]}""", "model.vocab[0][1]")]
    [InlineData("""{"type":"Unigram","vocab":[["a",-1]],"unk_id":1}""", "model.unk_id")]
    [InlineData("""{"type":"Unigram","vocab":[]}""", "model.vocab")]
    [InlineData("""{"vocab":{}}""", "model.type")]
    public void A_unigram_model_that_cannot_be_is_refused_by_field(string model, string named) => AssertRefused($$$"""{"model":{{{model}}}}""", named);

    [Theory]
    [InlineData("[[:alpha:]]")]
    [InlineData("[a-z&&b]")]
    [InlineData("\\\\h++")]
    public void A_regular_expression_that_would_mean_something_else_here_is_refused(string expression) =>
        AssertRefused($$$"""{"model":{"type":"BPE","vocab":{"a":0}},"normalizer":{"type":"Replace","pattern":{"Regex":"{{{expression}}}"},"content":""}}""", "normalizer.pattern.Regex");

    [Fact]
    public void A_character_map_that_points_outside_of_itself_is_refused()
    {
        foreach (var units in new uint[][] { [], [0x100 | (5000 << 10)], [0x100 | (1 << 10), 0x8000_0000 | 77], [uint.MaxValue >> 1] })
        {
            AssertRefused(WithMap(Map(units)), "normalizer.precompiled_charsmap");
        }

        AssertRefused(WithMap([255, 255, 255, 255, 1]), "normalizer.precompiled_charsmap");
        AssertRefused(WithMap([.. Map([0]), 0xC3]), "normalizer.precompiled_charsmap");
        AssertRefused("""{"model":{"type":"BPE","vocab":{"a":0}},"normalizer":{"type":"Precompiled","precompiled_charsmap":"*"}}""", "base64");
    }

    private static byte[] Map(uint[] units)
    {
        var bytes = new byte[4 + (units.Length * 4)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, units.Length * 4);
        for (var i = 0; i < units.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + (i * 4)), units[i]);
        }

        return bytes;
    }

    private static string WithMap(byte[] map) => new JsonObject
    {
        ["model"] = JsonNode.Parse("""{"type":"BPE","vocab":{"a":0}}"""),
        ["normalizer"] = new JsonObject { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(map) },
    }.ToJsonString();

    private static void AssertRefused(string json, string named)
    {
        var error = Assert.Throws<MeshException>(() => TokenizerText.Load(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(ErrorReason.PackInvalid, error.Reason);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Whether the file was understood; then it must cope with any text.</summary>
    private static bool Try(byte[] json, Random random)
    {
        Tokenizer tokenizer;
        try
        {
            tokenizer = TokenizerText.Load(json);
        }
        catch (MeshException e)
        {
            Assert.Equal(ErrorReason.PackInvalid, e.Reason);
            return false;
        }

        var text = HostileText.Next(random) + " <s> ab A";
        tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: true), skipSpecialTokens: false);
        tokenizer.Encode(text, parseSpecialTokens: false);
        return true;
    }

    private static byte[] Mutate(byte[] source, Random random)
    {
        var bytes = source.ToList();
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(32, 127);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 30), bytes.Count - at)));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(random.Next(3) switch { 0 => "9999999999", 1 => "null", _ => "-" }));
                    break;
            }
        }

        return [.. bytes];
    }
}
