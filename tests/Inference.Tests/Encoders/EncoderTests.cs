using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Encoders;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Encoders;

public sealed class EncoderTests
{
    [Fact]
    public async Task A_picture_gets_the_direction_of_the_reference_end_to_end()
    {
        using var folder = TestPack.Towers();
        using var catalog = folder.Catalog();
        var encoder = catalog.Get(null).RequireVisionEncoder();
        foreach (var golden in Fixtures.Goldens("tiny-clip").GetProperty("images").EnumerateArray())
        {
            var name = golden.GetProperty("image").GetString()!;
            if (name == "rgba.png")
            {
                continue; // the reference drops transparency where we blend it on white
            }

            var encoding = await encoder.EncodeAsync(Fixtures.Image(name), TestContext.Current.CancellationToken);

            var expected = golden.GetProperty("image_embeds").EnumerateArray().Select(v => v.GetSingle()).ToArray();
            Assert.True(Cosine(expected, encoding.Embedding) > 0.999, $"{name}: cosine {Cosine(expected, encoding.Embedding)}");
            Assert.Equal(1, encoding.Embedding.Sum(v => (double)v * v), 1e-5);
        }
    }

    [Fact]
    public async Task Many_pictures_at_once_get_the_same_encodings_as_alone()
    {
        using var folder = TestPack.Towers();
        using var alone = folder.Catalog(new InferenceOptions { EncoderMaxBatch = 1, ImageCacheBytes = 0 });
        using var together = folder.Catalog(new InferenceOptions { ImageCacheBytes = 0 });
        byte[][] pictures = [.. Enumerable.Repeat<string[]>(["rgb.png", "gray.png", "baseline.jpg", "narrow.webp"], 8).SelectMany(n => n).Select(Fixtures.Image)];
        var encoder = together.Get("towers").RequireVisionEncoder();

        var encodings = await Task.WhenAll(pictures.Select(p => encoder.EncodeAsync(p)));

        for (var i = 0; i < pictures.Length; i++)
        {
            var expected = await alone.Get("towers@0.1.0").RequireVisionEncoder().EncodeAsync(pictures[i], TestContext.Current.CancellationToken);
            Assert.Equal(expected.Embedding, encodings[i].Embedding, (a, b) => Math.Abs(a - b) < 1e-5);
        }
    }

    [Fact]
    public async Task The_same_picture_is_encoded_once()
    {
        using var folder = TestPack.Towers();
        using var catalog = folder.Catalog();
        var encoder = catalog.Get(null).RequireVisionEncoder();

        var first = await encoder.EncodeAsync(Fixtures.Image("rgb.png"), TestContext.Current.CancellationToken);

        Assert.Same(first, await encoder.EncodeAsync(Fixtures.Image("rgb.png"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Many_texts_at_once_get_the_same_encodings_as_alone_whatever_their_lengths()
    {
        using var folder = TestPack.Towers();
        using var catalog = folder.Catalog(new InferenceOptions { TextCacheBytes = 0 });
        var encoder = catalog.Get(null).RequireTextEncoder();
        var texts = Enumerable.Range(0, 64).Select(i => string.Join(' ', Enumerable.Range(i, 1 + (i % 13)).Select(n => $"cup{n % 7}"))).ToList();
        var alone = new List<TextEncoding>();
        foreach (var text in texts)
        {
            alone.Add(await encoder.EncodeAsync(text, TestContext.Current.CancellationToken));
        }

        var together = await Task.WhenAll(texts.Select((text, i) => encoder.EncodeAsync(text, new Urgency(i % 3 == 0 ? JobPriority.Bulk : JobPriority.Interactive))));

        for (var i = 0; i < texts.Count; i++)
        {
            Assert.Equal(alone[i].TokenCount, together[i].TokenCount);
            Assert.Equal(alone[i].Embedding, together[i].Embedding, (a, b) => Math.Abs(a - b) < 1e-5);
        }
    }

    [Fact]
    public async Task The_same_text_is_encoded_once_and_without_a_cache_each_time()
    {
        using var folder = TestPack.Towers();
        using var caching = folder.Catalog();
        using var plain = folder.Catalog(new InferenceOptions { TextCacheBytes = 0 });

        Assert.Same(await EncodeAsync(caching), await EncodeAsync(caching));
        Assert.NotSame(await EncodeAsync(plain), await EncodeAsync(plain));

        static Task<TextEncoding> EncodeAsync(PackCatalog catalog) => catalog.Get(null).RequireTextEncoder().EncodeAsync("a red cup", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_picture_or_text_whose_deadline_has_passed_is_not_encoded()
    {
        using var folder = TestPack.Towers();
        using var catalog = folder.Catalog();
        var late = new Urgency(Deadline: DateTimeOffset.UnixEpoch);

        var picture = await Assert.ThrowsAsync<MeshException>(
            () => catalog.Get(null).RequireVisionEncoder().EncodeAsync(Fixtures.Image("rgb.png"), late, TestContext.Current.CancellationToken));
        var text = await Assert.ThrowsAsync<MeshException>(
            () => catalog.Get(null).RequireTextEncoder().EncodeAsync("a red cup", late, TestContext.Current.CancellationToken));

        Assert.Equal((ErrorReason.DeadlineExceeded, ErrorReason.DeadlineExceeded), (picture.Reason, text.Reason));
    }

    [Fact]
    public async Task A_long_text_is_cut_and_says_so()
    {
        using var folder = TestPack.Towers();
        using var catalog = folder.Catalog();
        var encoder = catalog.Get(null).RequireTextEncoder();

        var encoding = await encoder.EncodeAsync(string.Concat(Enumerable.Repeat("bridge ", 40)), TestContext.Current.CancellationToken);

        Assert.True(encoding.Truncated);
        Assert.True(encoding.TokenCount >= 40);
        Assert.Equal(1, encoding.Embedding.Sum(v => (double)v * v), 1e-5);
    }

    [Fact]
    public async Task An_unreadable_picture_fails_alone()
    {
        using var folder = TestPack.Towers();
        using var catalog = folder.Catalog();
        var encoder = catalog.Get(null).RequireVisionEncoder();

        var error = await Assert.ThrowsAsync<MeshException>(() => encoder.EncodeAsync(Fixtures.Image("rgb.png")[..2000], TestContext.Current.CancellationToken));

        Assert.Equal(ErrorReason.ImageUnreadable, error.Reason);
        await encoder.EncodeAsync(Fixtures.Image("rgb.png"), TestContext.Current.CancellationToken);
    }

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
}
