using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Tokenizers;

/// <summary>Expected ids are those of the tokenizers library 0.23.</summary>
public sealed class ModelTests
{
    [Theory]
    [InlineData("", "ab?!a", new[] { 3, 0, 1 })]
    [InlineData(""","fuse_unk":false""", "ab?!a", new[] { 3, 0, 1 })]
    [InlineData(""","byte_fallback":true""", "ab?!a", new[] { 3, 0, 1 })]
    [InlineData(""","byte_fallback":true""", "a?", new[] { 1, 4 })]
    [InlineData(""","byte_fallback":true""", "??", new[] { 4, 4 })]
    public void Unigram_takes_the_best_path(string flags, string text, int[] expected)
    {
        var tokenizer = TokenizerText.Load(System.Text.Encoding.UTF8.GetBytes($$$"""
            {"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-2],["b",-2.5],["ab",-4],["<0x3F>",0]]{{{flags}}}}}
            """));

        Assert.Equal(expected, tokenizer.Encode(text));
    }

    [Theory]
    [InlineData("always", "ab aT a", "▁ab ▁a T ▁a")]
    [InlineData("first", "abTab", "▁ab T ab")]
    [InlineData("never", "ab a", "ab ▁a")]
    public void Metaspace_puts_its_sign_where_the_scheme_says(string scheme, string text, string expected)
    {
        var tokenizer = TokenizerText.Load(System.Text.Encoding.UTF8.GetBytes($$$"""
            {"added_tokens":[{"id":6,"content":"T"}],"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{{scheme}}}"},
            "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-1],["ab",-1],["▁a",-1],["▁ab",-1],["▁",-5]]}}
            """));

        Assert.Equal(expected, string.Join(' ', tokenizer.Encode(text).Select(tokenizer.Token)));
    }

    [Theory]
    [InlineData(""","byte_fallback":true""", "a?b", new[] { 1, 3, 2 })]
    [InlineData(""","unk_token":"<unk>" """, "a?!b", new[] { 1, 0, 0, 2 })]
    [InlineData(""","unk_token":"<unk>","fuse_unk":true""", "a?!b", new[] { 1, 0, 2 })]
    [InlineData("", "a?b", new[] { 4 })]
    [InlineData(""","end_of_word_suffix":"</w>" """, "ab", new[] { 5 })]
    [InlineData(""","continuing_subword_prefix":"#" """, "ab", new[] { 1, 6 })]
    public void Byte_pairs_start_from_characters(string flags, string text, int[] expected)
    {
        var tokenizer = TokenizerText.Load(System.Text.Encoding.UTF8.GetBytes($$$"""
            {"model":{"vocab":{"<unk>":0,"a":1,"b":2,"<0x3F>":3,"ab":4,"ab</w>":5,"#b":6,"b</w>":7},
            "merges":[{{{(flags.Contains('#') ? "" : "\"a b\",[\"a\",\"b</w>\"]")}}}]{{{flags}}}}}
            """));

        Assert.Equal(expected, tokenizer.Encode(text));
    }

    [Theory]
    [InlineData("tiny-smollm2")]
    [InlineData("tiny-vit-gpt2")]
    public void Byte_level_text_comes_back_whole(string pack)
    {
        var tokenizer = Tokenizer.Load(Fixtures.Path(pack, "tokenizer.json"));
        var random = new Random(7);
        for (var round = 0; round < 400; round++)
        {
            var text = HostileText.Next(random);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, parseSpecialTokens: false)));
        }
    }

    [Theory]
    [InlineData("tiny-clip")]
    [InlineData("tiny-siglip")]
    [InlineData("tiny-smolvlm")]
    public void A_megabyte_without_a_break_is_encoded_in_time(string pack)
    {
        var tokenizer = Tokenizer.Load(Fixtures.Path(pack, "tokenizer.json"));
        foreach (var text in new[] { new string('a', 1_000_000), string.Concat(Enumerable.Repeat("<|e", 333_333)), "a" + new string('\u0301', 1_000_000) })
        {
            Assert.NotEmpty(tokenizer.Encode(text, parseSpecialTokens: false));
        }
    }
}
