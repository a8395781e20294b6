using System.Text.Json;
using MultiModalMesh.Inference.Encoders;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Pictures;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Encoders;

/// <summary>Encodings of published packs against those of the reference: within 1e-4 from the stored pixels and ids.</summary>
public sealed class PublishedEncoderTests
{
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData("tiny-clip", "image_embeds")]
    [InlineData("tiny-siglip", "pooler_output")]
    public async Task Pictures_have_the_embeddings_of_the_reference(string fixture, string field)
    {
        using var folder = PublishedCopy.Of(fixture);
        using var catalog = folder.Catalog();
        var loaded = catalog.Get(fixture);
        using var graph = VisionGraph.Open(loaded.Pack, new InferenceOptions());
        var goldens = Fixtures.Goldens(fixture).GetProperty("images").EnumerateArray().ToList();

        var encodings = graph.Run([.. goldens.Select(golden => Stored(fixture, golden, 32))]);

        for (var i = 0; i < encodings.Length; i++)
        {
            var expected = UnitLength.Of(Floats(goldens[i].GetProperty(field)));
            Assert.Equal(expected, encodings[i].Embedding, (a, b) => Math.Abs(a - b) < Tolerance);
            var image = goldens[i].GetProperty("image").GetString()!;
            var endToEnd = await loaded.RequireVisionEncoder().EncodeAsync(Fixtures.Image(image), TestContext.Current.CancellationToken);
            Assert.True(Cosine(expected, endToEnd.Embedding) > 0.9999, $"{image}: {Cosine(expected, endToEnd.Embedding)}");
        }
    }

    [Theory]
    [InlineData("tiny-clip", "text_embeds")]
    [InlineData("tiny-siglip", "pooler_output")]
    public async Task Texts_have_the_embeddings_of_the_reference_alone_and_in_a_batch(string fixture, string field)
    {
        using var folder = PublishedCopy.Of(fixture);
        using var catalog = folder.Catalog();
        var encoder = catalog.Get(fixture).RequireTextEncoder();
        var goldens = Fixtures.Goldens(fixture).GetProperty("text_embeddings").EnumerateArray().ToList();

        var together = await Task.WhenAll(goldens.Select(golden => encoder.EncodeAsync(golden.GetProperty("text").GetString()!)));

        for (var i = 0; i < goldens.Count; i++)
        {
            var expected = UnitLength.Of(Floats(goldens[i].GetProperty(field)));
            var alone = await encoder.EncodeAsync(goldens[i].GetProperty("text").GetString()!, TestContext.Current.CancellationToken);
            Assert.Equal(expected, alone.Embedding, (a, b) => Math.Abs(a - b) < Tolerance);
            Assert.Equal(expected, together[i].Embedding, (a, b) => Math.Abs(a - b) < Tolerance);
        }
    }

    [Theory]
    [InlineData("tiny-clip")]
    [InlineData("tiny-siglip")]
    public void A_long_text_is_cut_before_its_end_token(string fixture)
    {
        using var folder = PublishedCopy.Of(fixture);
        var pack = folder.Load();
        var cut = 0;
        foreach (var golden in Fixtures.Goldens(fixture).GetProperty("texts").EnumerateArray())
        {
            if (golden.TryGetProperty("ids_truncated", out var expected))
            {
                cut++;
                Assert.Equal(expected.Ints(), pack.TextInput!.Cut(golden.GetProperty("ids").Ints()).ToArray());
            }
        }

        Assert.True(cut > 0);
    }

    [Fact]
    public async Task Tiles_have_the_features_of_the_reference()
    {
        const string Fixture = "tiny-smolvlm";
        using var folder = PublishedCopy.Of(Fixture);
        using var catalog = folder.Catalog();
        var loaded = catalog.Get(Fixture);
        using var graph = VisionGraph.Open(loaded.Pack, new InferenceOptions());
        foreach (var golden in Fixtures.Goldens(Fixture).GetProperty("images").EnumerateArray())
        {
            var image = golden.GetProperty("image").GetString()!;
            var features = golden.GetProperty("image_features");
            var encoding = Assert.Single(graph.Run([Stored(Fixture, golden, 32)]));

            Assert.Equal(golden.GetProperty("n_image_tokens").GetInt32(), encoding.FeatureTokens);
            Assert.Equal(48, encoding.FeatureWidth);
            Assert.Empty(encoding.Embedding);
            Assert.Equal(Floats(features.GetProperty("first_16")), encoding.Features[..16], (a, b) => Math.Abs(a - b) < Tolerance);
            if (features.TryGetProperty("npy", out var npy))
            {
                Assert.Equal(Fixtures.NpyFloats(Fixture, npy.GetString()!), encoding.Features, (a, b) => Math.Abs(a - b) < Tolerance);
                var endToEnd = await loaded.RequireVisionEncoder().EncodeAsync(Fixtures.Image(image), TestContext.Current.CancellationToken);
                Assert.Equal(new PictureGrid(3, 4), endToEnd.Grid);
                Assert.True(Cosine(encoding.Features, endToEnd.Features) > 0.9999);
            }
        }
    }

    [Fact]
    public void An_encoder_for_captions_gives_the_hidden_states_of_the_reference()
    {
        const string Fixture = "tiny-vit-gpt2";
        using var folder = PublishedCopy.Of(Fixture);
        using var graph = VisionGraph.Open(folder.Load(), new InferenceOptions());
        var goldens = Fixtures.Goldens(Fixture).GetProperty("images").EnumerateArray().ToList();

        var encodings = graph.Run([.. goldens.Select(golden => Stored(Fixture, golden, 32))]);

        for (var i = 0; i < encodings.Length; i++)
        {
            Assert.Equal((17, 40), (encodings[i].FeatureTokens, encodings[i].FeatureWidth));
            Assert.Equal(
                Fixtures.NpyFloats(Fixture, goldens[i].GetProperty("last_hidden_state").GetProperty("npy").GetString()!), encodings[i].Features,
                (a, b) => Math.Abs(a - b) < Tolerance);
        }
    }

    /// <summary>The pixels as the reference stored them: planes, view after view.</summary>
    private static PreparedPicture Stored(string fixture, JsonElement golden, int edge)
    {
        var planes = Fixtures.Npy(fixture, golden.GetProperty("pixel_values").GetProperty("uint8").GetProperty("npy").GetString()!);
        var size = edge * edge;
        var views = planes.Chunk(3 * size)
            .Select(view => new Picture(edge, edge, [.. Enumerable.Range(0, view.Length).Select(i => view[(i % 3 * size) + (i / 3)])]))
            .ToList();
        return golden.TryGetProperty("rows", out var rows)
            ? new PreparedPicture(views, rows.GetInt32(), golden.GetProperty("cols").GetInt32())
            : new PreparedPicture(views, 0, 0);
    }

    private static float[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetSingle())];

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
}
