using System.Collections.Concurrent;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Datasets.Formats;
using MultiModalMesh.Datasets.Index;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets;

/// <summary>
/// A data set on disk, in whatever format it was published. Opening it finds out once where everything lies; then any example can be read by
/// its number, in memory for that example. Safe for concurrent use.
/// </summary>
public sealed class Dataset : IDisposable
{
    private readonly DatasetIndex _index;
    private readonly IDatasetFormat _format;
    private readonly DatasetOptions _options;
    private readonly ConcurrentBag<DatasetProblem> _unreadable = [];

    private Dataset(string path, IReadOnlyList<string> files, DatasetIndex index, DatasetOptions options)
    {
        (Path, Files, _index, _options) = (path, files, index, options);
        _format = DatasetFormats.Named(index.Format, options);
    }

    public string Path { get; }

    /// <summary>What it is, as a person calls it.</summary>
    public string Format => _format.Name;

    /// <summary>The files that describe the pictures, full paths; none where the folders alone do. Others of the folder were not looked at.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>How many records could not be used; with <see cref="OnError.Stop"/> none, as the first ends the work.</summary>
    public long ProblemCount => _index.ProblemCount + _unreadable.Count;

    /// <param name="path">Folder or annotation file.</param>
    /// <exception cref="MeshException">DatasetInvalid: it is no known data set, or a record of it cannot be used and <see cref="DatasetOptions.OnError"/> says stop.</exception>
    public static async Task<Dataset> OpenAsync(string path, DatasetOptions options, CancellationToken cancellationToken)
    {
        var root = new DatasetRoot(path, options);
        var format = DatasetFormats.Of(root);
        return new Dataset(root.Path, format.IndexedFiles(root), await Task.Run(() => IndexFile.Open(root, format, cancellationToken), cancellationToken), options);
    }

    public long Count(Split split) => _index.Counts.GetValueOrDefault(split);

    /// <summary>What could not be used, in the order of the files.</summary>
    public IReadOnlyList<DatasetProblem> Problems(int limit) => [.. _index.Problems(limit).Concat(_unreadable).Take(limit)];

    /// <param name="ordinal">From 0, in the order of the files.</param>
    /// <exception cref="MeshException">DatasetInvalid: what the index points at is not there any more.</exception>
    public Task<Example> ReadAsync(Split split, long ordinal, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Some hundred bytes from the page cache: a thread of its own would cost more than the reading.
        var indexed = _index.Find(split, ordinal);
        var builder = new ExampleBuilder(indexed, _index.Names);
        try
        {
            foreach (var part in indexed.Parts)
            {
                _format.Read(part, Slice.Read(part.Source, part.Length), builder);
            }
        }
        catch (DatasetRecordException e) when (_options.OnError == OnError.Skip)
        {
            _unreadable.Add(e.Problem);
        }
        catch (DatasetRecordException e)
        {
            throw new MeshException(ErrorReason.DatasetInvalid, e.Problem.ToString(), e);
        }

        return Task.FromResult(builder.Build());
    }

    public void Dispose() => _index.Dispose();
}
