using System.Text;
using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Tokenizers;

public sealed class AddedTokenTests
{
    [Theory]
    [InlineData("\"lstrip\":true", "a  T  b", "a|T|  b")]
    [InlineData("\"rstrip\":true", "a  T  b", "a  |T|b")]
    [InlineData("\"single_word\":true", "T aX T_ T.", "T| aX T_ |T|.")]
    [InlineData("\"normalized\":true", "t T aT", "T| |T| a|T")]
    [InlineData("\"normalized\":false", "t T TT", "t |T| |T|T")]
    public void Tokens_are_found_as_their_flags_say(string flag, string text, string expected)
    {
        var tokenizer = Load(
            $$$"""{"id":9,"content":"T",{{{flag}}}}""",
            flag.Contains("normalized\":true", StringComparison.Ordinal) ? """{"type":"Replace","pattern":{"String":"t"},"content":"T"}""" : "null");
        var parts = new List<string>();
        var open = false;
        foreach (var id in tokenizer.Encode(text))
        {
            if (id == 9 || !open)
            {
                parts.Add(tokenizer.Token(id)!);
            }
            else
            {
                parts[^1] += tokenizer.Token(id);
            }

            open = id != 9;
        }

        Assert.Equal(expected, string.Join('|', parts));
    }

    [Fact]
    public void Of_tokens_that_start_at_one_place_the_longest_counts()
    {
        var tokenizer = Load("""{"id":9,"content":"ab"},{"id":10,"content":"abba"},{"id":11,"content":"b"}""");

        Assert.Equal([10, 9, 11], tokenizer.Encode("abbaabb"));
    }

    [Theory]
    [InlineData("tiny-clip", "<|startoftext|> <|STARTOFTEXT|><|endoftext|>")]
    [InlineData("tiny-smollm2", "<|im_start|> <|im_end|>")]
    [InlineData("tiny-smolvlm", "<image><end_of_utterance>")]
    [InlineData("tiny-vit-gpt2", "<|endoftext|>")]
    public void In_plain_text_no_token_is_special(string pack, string text)
    {
        var tokenizer = Tokenizer.Load(Fixtures.Path(pack, "tokenizer.json"));

        Assert.Contains(tokenizer.Encode(text), tokenizer.IsSpecial);
        Assert.DoesNotContain(tokenizer.Encode(text, parseSpecialTokens: false), tokenizer.IsSpecial);
    }

    [Fact]
    public void In_plain_text_a_unigram_model_puts_no_special_token_together_from_its_vocabulary()
    {
        var tokenizer = Tokenizer.Load(Fixtures.Path("tiny-siglip", "tokenizer.json"));
        var end = tokenizer.TokenId("</s>")!.Value;

        Assert.Contains(end, tokenizer.Encode("a </S> </s>b"));
        Assert.DoesNotContain(end, tokenizer.Encode("a </S> </s>b", parseSpecialTokens: false));
    }

    [Fact]
    public void In_plain_text_no_merge_makes_a_special_token()
    {
        var tokenizer = TokenizerText.Load("""
            {"added_tokens":[{"id":2,"content":"ab","special":true}],"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},
            "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"],"ignore_merges":true}}
            """u8);

        Assert.Equal([2], tokenizer.Encode("ab"));
        Assert.Equal([0, 1], tokenizer.Encode("ab", parseSpecialTokens: false));
    }

    private static Tokenizer Load(string added, string normalizer = "null") => TokenizerText.Load(Encoding.UTF8.GetBytes($$$"""
        {"added_tokens":[{{{added}}}],"normalizer":{{{normalizer}}},
        "decoder":{"type":"Fuse"},"model":{"type":"BPE","vocab":{" ":0,"a":1,"b":2,"T":7,"X":6,"t":3,"_":4,".":5},"merges":[]}}
        """));
}
