using MultiModalMesh.Errors;

namespace MultiModalMesh.Mesh.CommandLine.Indexing;

/// <param name="Found">Records of the data set, those that cannot be used included.</param>
/// <param name="Indexed">Encoded and written now.</param>
/// <param name="Unchanged">In the collection before, with the same picture and the same payload.</param>
/// <param name="Duplicates">Left out, as another item has the same bytes.</param>
/// <param name="Failures">The first <see cref="IndexTally.ListedFailures"/> of <paramref name="Failed"/>, by name.</param>
internal sealed record IndexOutcome(string Collection, long Found, long Indexed, long Unchanged, long Duplicates, long Failed, IReadOnlyList<IndexFailure> Failures);

/// <param name="File">The item's id, or the place of the record in the data set.</param>
internal sealed record IndexFailure(string File, string Reason, string Message);

/// <summary>Counts what becomes of pictures. Safe for concurrent use.</summary>
internal sealed class IndexTally(IProgress<long> progress)
{
    /// <summary>A source that is broken as a whole must not fill the memory with complaints.</summary>
    public const int ListedFailures = 1000;

    private readonly Lock _lock = new();
    private readonly List<IndexFailure> _failures = [];
    private long _indexed, _unchanged, _duplicates, _failed;

    public void Indexed(int count) => Add(ref _indexed, count);

    public void Unchanged() => Add(ref _unchanged, 1);

    public void Duplicate() => Add(ref _duplicates, 1);

    public void Failed(string file, ErrorReason reason, string message)
    {
        lock (_lock)
        {
            Add(ref _failed, 1);
            if (_failures.Count < ListedFailures)
            {
                _failures.Add(new IndexFailure(file, reason.Code, message));
            }
        }
    }

    /// <param name="unread">Records of the data set that could not be read, beside those that were told of here.</param>
    public IndexOutcome End(string collection, long unread, IEnumerable<IndexFailure> listed)
    {
        lock (_lock)
        {
            var failed = _failed + unread;
            return new IndexOutcome(
                collection, _indexed + _unchanged + _duplicates + failed, _indexed, _unchanged, _duplicates, failed,
                [.. _failures.Concat(listed).OrderBy(failure => failure.File, StringComparer.Ordinal).Take(ListedFailures)]);
        }
    }

    private void Add(ref long counter, int count)
    {
        lock (_lock)
        {
            counter += count;
            progress.Report(_indexed + _unchanged + _duplicates + _failed);
        }
    }
}
