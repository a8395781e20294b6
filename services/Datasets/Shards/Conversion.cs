using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Order;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets.Shards;

/// <summary>Turns any data set into shards, which are read in one sweep and moved as few large files.</summary>
public static class Conversion
{
    /// <param name="folder">Made if it is not there; must be empty.</param>
    /// <param name="examplesPerShard">The last shard of a split has fewer.</param>
    /// <param name="seed">Of the order in which examples are written; null: the order of the files.</param>
    /// <param name="progress">Told the examples that are done, with every one.</param>
    /// <exception cref="MeshException">DatasetInvalid: the folder is not empty, or a picture cannot be read and problems are not skipped.</exception>
    public static async Task<ConversionResult> RunAsync(
        Dataset dataset, string folder, int examplesPerShard, long? seed, OnError onError, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(examplesPerShard, 1);
        Directory.CreateDirectory(folder);
        if (Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new MeshException(ErrorReason.DatasetInvalid, $"{folder} is not empty. Name a new folder for the shards.");
        }

        var result = new ConversionResult([], 0, []);
        foreach (var split in Enum.GetValues<Split>().Where(split => dataset.Count(split) > 0))
        {
            await using var writer = new ShardWriter(folder, split, examplesPerShard);
            var examples = ExampleReader.ReadAsync(dataset, split, seed, default, epochs: 1, parallelism: 8, (example, token) => LoadAsync(example, onError, token), cancellationToken);
            await foreach (var ((example, picture, problem), _) in examples)
            {
                if (problem is not null)
                {
                    result.Problems.Add(problem);
                    continue;
                }

                await writer.WriteAsync(example, picture, cancellationToken);
                result = result with { Examples = result.Examples + 1 };
                progress?.Report(result.Examples);
            }

            await writer.FinishAsync();
            result.Shards.AddRange(writer.Shards);
        }

        return result;
    }

    private static async Task<(Example Example, byte[]? Picture, DatasetProblem? Problem)> LoadAsync(Example example, OnError onError, CancellationToken cancellationToken)
    {
        try
        {
            return (example, example.Picture is null ? null : await example.Picture.ReadAsync(cancellationToken), null);
        }
        catch (MeshException e) when (onError == OnError.Skip)
        {
            return (example, null, new DatasetProblem(example.Source, e.Message));
        }
    }
}

/// <param name="Shards">Full paths.</param>
/// <param name="Examples">Written.</param>
/// <param name="Problems">Examples that were left out because their pictures cannot be read.</param>
public sealed record ConversionResult(List<string> Shards, long Examples, List<DatasetProblem> Problems);
