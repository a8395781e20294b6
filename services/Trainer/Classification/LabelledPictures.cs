using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Trainer.Classification;

/// <param name="Embedding">Of length 1.</param>
/// <param name="Class">Index in the classes.</param>
internal sealed record LabelledPicture(string Id, float[] Embedding, int Class, Split Split);

/// <summary>The pictures of a labelled data set as a served pack embeds them, through the same engine.</summary>
internal sealed class LabelledPictures : IDisposable
{
    private const int Together = 16;

    private readonly PackCatalog _catalog;

    private LabelledPictures(PackCatalog catalog, LoadedPack pack, IReadOnlyList<string> classes, IReadOnlyList<LabelledPicture> pictures)
    {
        (_catalog, Pack, Classes, Pictures) = (catalog, pack, classes, pictures);
    }

    public LoadedPack Pack { get; }

    /// <summary>In alphabetical order.</summary>
    public IReadOnlyList<string> Classes { get; }

    public IReadOnlyList<LabelledPicture> Pictures { get; }

    /// <param name="pack">Folder of the pack.</param>
    /// <param name="data">Data set whose examples have labels: a folder for each class, or a table.</param>
    /// <param name="splits">Which to read.</param>
    /// <exception cref="MeshException">The pack does not load, or the data has no labels.</exception>
    public static async Task<LabelledPictures> OpenAsync(string pack, string data, IReadOnlyList<Split> splits, CancellationToken cancellationToken)
    {
        var catalog = PackCatalog.Load([pack], PackParts.Vision | PackParts.Text, new InferenceOptions());
        try
        {
            var loaded = catalog.Packs.FirstOrDefault() ?? throw catalog.Entries.Select(e => e.Error).FirstOrDefault() ?? new MeshException(ErrorReason.PackInvalid, $"{pack} is no model pack.");
            using var dataset = await Dataset.OpenAsync(data, new DatasetOptions { ValidationShare = 0.2, TestShare = 0 }, cancellationToken);
            var examples = new List<(Example Example, Split Split)>();
            foreach (var split in splits)
            {
                for (var ordinal = 0L; ordinal < dataset.Count(split); ordinal++)
                {
                    var example = await dataset.ReadAsync(split, ordinal, cancellationToken);
                    if (example is { Label: not null, Picture: not null })
                    {
                        examples.Add((example, split));
                    }
                }
            }

            string[] classes = [.. examples.Select(e => e.Example.Label!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            if (classes.Length < 2)
            {
                throw new MeshException(ErrorReason.InvalidRequest, $"{data} has {classes.Length} labels in {string.Join(", ", splits).ToLowerInvariant()}; classifying takes two. Make a folder for each class, or a table with a column 'label'.");
            }

            return new LabelledPictures(catalog, loaded, classes, await EmbedAsync(loaded, examples, classes, cancellationToken));
        }
        catch
        {
            catalog.Dispose();
            throw;
        }
    }

    public void Dispose() => _catalog.Dispose();

    private static async Task<List<LabelledPicture>> EmbedAsync(LoadedPack pack, List<(Example Example, Split Split)> examples, string[] classes, CancellationToken cancellationToken)
    {
        var encoder = pack.RequireVisionEncoder();
        var pictures = new List<LabelledPicture>();
        foreach (var chunk in examples.Chunk(Together))
        {
            pictures.AddRange(await Task.WhenAll(chunk.Select(async e => new LabelledPicture(
                e.Example.Id, (await encoder.EncodeAsync(await e.Example.Picture!.ReadAsync(cancellationToken), cancellationToken)).Embedding, Array.IndexOf(classes, e.Example.Label), e.Split))));
        }

        return pictures;
    }
}
