using MultiModalMesh.Errors;
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
