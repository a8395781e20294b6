using MultiModalMesh.Benchmarks.Baselines;
using MultiModalMesh.Benchmarks.Packs;
using MultiModalMesh.Inference.Decoding;

namespace MultiModalMesh.Benchmarks.Tests.Packs;

public sealed class GeneratedPackTests(TinyPacks packs) : IClassFixture<TinyPacks>
{
    private static readonly int[] Prompt = [1, 300, 17, 512, 88, 1000, 41, 3];

    [Fact]
    public void The_mesh_opens_every_pack()
    {
        Assert.All(packs.Catalog.Entries, entry => Assert.Null(entry.Error));
        Assert.Equal(["decoder", "fused", "towers"], packs.Catalog.Packs.Select(pack => pack.Pack.Name));
    }

    [Fact]
    public void Token_by_token_with_the_cache_gives_what_one_run_over_everything_gives()
    {
        using var decoder = new BareDecoder(packs.DecoderGraph, threads: 1);
        using var whole = decoder.Start(Prompt.Length);
        whole.Run(Prompt);
        using var stepped = decoder.Start(Prompt.Length);
        foreach (var token in Prompt)
        {
            stepped.Run([token]);
        }

        AssertClose(whole.Logits, stepped.Logits);
        Assert.True(whole.Logits.ToArray().Max() > 0.5f, "The logits are all alike: greedy tokens would mean nothing.");
    }

    [Fact]
    public void Fused_attention_gives_what_plain_operators_give()
    {
        using var plainDecoder = new BareDecoder(packs.DecoderGraph, threads: 1);
        using var plain = plainDecoder.Start(Prompt.Length);
        plain.Run(Prompt);
        using var fusedDecoder = new BareDecoder(packs.FusedGraph, threads: 1);
        using var fused = fusedDecoder.Start(Prompt.Length);
        fused.Run(Prompt[..5]);
        foreach (var token in Prompt[5..])
        {
            fused.Run([token]);
        }

        AssertClose(plain.Logits, fused.Logits);
    }

    [Fact]
    public void A_token_depends_on_the_order_of_those_before_it()
    {
        using var decoder = new BareDecoder(packs.DecoderGraph, threads: 1);
        using var forward = decoder.Start(Prompt.Length);
        forward.Run(Prompt);
        using var swapped = decoder.Start(Prompt.Length);
        swapped.Run([Prompt[1], Prompt[0], .. Prompt[2..]]);

        Assert.True(forward.Logits.ToArray().Zip(swapped.Logits.ToArray(), (a, b) => Math.Abs(a - b)).Max() > 0.01f);
    }

    [Fact]
    public async Task The_engine_and_the_bare_loop_write_the_same_tokens_and_reach_the_limit()
    {
        const int count = 40;
        using var decoder = new BareDecoder(packs.DecoderGraph, threads: 1);
        var expected = decoder.Generate(Prompt, count, _ => { });

        var actual = new List<int>();
        var request = new GenerationRequest { Prompt = Prompt, MaxNewTokens = count };
        await foreach (var generated in packs.Catalog.Get("decoder").RequireDecoder().GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            if (generated is GeneratedToken token)
            {
                actual.Add(token.Id);
            }
        }

        Assert.Equal(expected, actual);
        Assert.Equal(count, actual.Count);
    }

    [Fact]
    public async Task Texts_that_differ_have_embeddings_that_differ()
    {
        var encoder = packs.Catalog.Get("towers").RequireTextEncoder();

        var first = await encoder.EncodeAsync("abc", TestContext.Current.CancellationToken);
        var second = await encoder.EncodeAsync("abd", TestContext.Current.CancellationToken);

        Assert.Equal(ClipShape.Tiny.Projection, first.Embedding.Length);
        Assert.NotEqual(first.Embedding, second.Embedding);
    }

    [Fact]
    public void The_chat_tokenizer_has_as_many_tokens_as_the_model_and_gives_a_text_back()
    {
        var tokenizer = packs.Catalog.Get("decoder").Pack.Tokenizer;
        const string text = "zebra quilt, 42 Ü";

        Assert.Equal(LlamaShape.Tiny.Vocabulary, tokenizer.VocabularySize);
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Generating_again_gives_the_same_bytes()
    {
        var again = Directory.CreateTempSubdirectory("bench-again-").FullName;
        try
        {
            BenchPack.WriteDecoder(again, "decoder", LlamaShape.Tiny);
            foreach (var path in Directory.EnumerateFiles(packs.DecoderFolder, "*", SearchOption.AllDirectories))
            {
                var twin = Path.Combine(again, Path.GetRelativePath(packs.DecoderFolder, path));
                Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(twin)), path);
            }
        }
        finally
        {
            Directory.Delete(again, recursive: true);
        }
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(LlamaShape.Tiny.Vocabulary, expected.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-4f);
        }
    }
}
