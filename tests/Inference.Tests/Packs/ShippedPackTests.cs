using System.Diagnostics;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Tests.Decoding;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs;

/// <summary>The pack in deploy/models/picto, as it ships.</summary>
public sealed class ShippedPackTests
{
    [Fact]
    public async Task It_describes_a_picture_and_answers_a_follow_up_from_a_warm_cache()
    {
        using var catalog = Open();
        var loaded = catalog.Get("picto");
        var pack = loaded.Pack;
        var encoding = await loaded.RequireVisionEncoder().EncodeAsync(Fixtures.Image("rgb.png"), TestContext.Current.CancellationToken);
        var image = new ImageFeatures(encoding.Features, encoding.FeatureTokens, encoding.FeatureWidth);
        List<ChatMessage> messages = [new(ChatRole.User, "", 1)];

        var description = await Ask();
        messages.AddRange([new(ChatRole.Assistant, description.Text), new(ChatRole.User, "How many objects are there?")]);
        var warm = await Ask();
        using var cold = DecoderEngine.Load(pack, new InferenceOptions { PrefixCacheBytes = 0 });
        var expected = await cold.Run(Request());

        Assert.NotEmpty(description.Text);
        Assert.Equal(expected.Ids, warm.Ids);
        Assert.True(warm.Completed.Usage.CachedTokens >= pack.ImageTokens, $"only {warm.Completed.Usage.CachedTokens} positions were cached");

        GenerationRequest Request() => new() { Prompt = pack.ChatPrompt!.Build(messages, 32).Tokens, Image = image, MaxNewTokens = 32 };

        async Task<Answer> Ask()
        {
            var watch = Stopwatch.StartNew();
            var answer = await loaded.RequireDecoder().Run(Request());
            TestContext.Current.TestOutputHelper?.WriteLine($"{answer.Ids.Length} tokens in {watch.Elapsed.TotalMilliseconds:F0} ms: {answer.Text}");
            return answer;
        }
    }

    [Fact]
    public async Task Batched_chunked_and_cached_runs_give_the_same_greedy_text_as_single_ones()
    {
        using var catalog = Open();
        var pack = catalog.Get("picto").Pack;
        List<GenerationRequest> requests = [];
        foreach (var name in new[] { "rgb.png", "gray.png" })
        {
            var encoding = await catalog.Get("picto").RequireVisionEncoder().EncodeAsync(Fixtures.Image(name), TestContext.Current.CancellationToken);
            foreach (var question in new[] { "", "How many objects are there?", "Is there an apple in the picture?", "What is on the left?" })
            {
                requests.Add(new()
                {
                    Prompt = pack.ChatPrompt!.Build([new(ChatRole.User, question, 1)], 32).Tokens,
                    Image = new(encoding.Features, encoding.FeatureTokens, encoding.FeatureWidth),
                    MaxNewTokens = 32,
                });
            }
        }

        using var single = DecoderEngine.Load(pack, new InferenceOptions { MaxConcurrentSequences = 1, PrefixCacheBytes = 0 });
        using var batched = DecoderEngine.Load(pack, new InferenceOptions { MaxConcurrentSequences = 6, PrefillChunk = 20 });
        var answers = await Task.WhenAll(requests.Concat(requests).Select(batched.Run));
        for (var i = 0; i < answers.Length; i++)
        {
            Assert.Equal((await single.Run(requests[i % requests.Count])).Ids, answers[i].Ids);
        }
    }

    [Fact]
    public async Task Its_two_towers_share_one_space()
    {
        using var catalog = Open();
        var loaded = catalog.Get("picto");

        var picture = await loaded.RequireVisionEncoder().EncodeAsync(Fixtures.Image("rgb.png"), TestContext.Current.CancellationToken);
        var text = await loaded.RequireTextEncoder().EncodeAsync("two red apples", TestContext.Current.CancellationToken);

        Assert.Equal(loaded.Pack.Dimensions, picture.Embedding.Length);
        Assert.Equal(picture.Embedding.Length, text.Embedding.Length);
        Assert.False(text.Truncated);
    }

    private static PackCatalog Open()
    {
        var root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "MultiModalMesh.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        var models = Path.Combine(root ?? "", "deploy", "models");
        Assert.SkipUnless(File.Exists(Path.Combine(models, "picto", PackFiles.Manifest)), $"There is no pack at {models}.");
        var catalog = PackCatalog.Load([models], PackParts.All, new InferenceOptions());
        Assert.All(catalog.Entries, e => Assert.Null(e.Error));
        return catalog;
    }
}
