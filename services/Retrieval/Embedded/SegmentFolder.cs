using MultiModalMesh.Retrieval.Embedded.Segments;

namespace MultiModalMesh.Retrieval.Embedded;

/// <summary>A collection's folder at start: which segments are there, and what an ended process left behind.</summary>
internal static class SegmentFolder
{
    /// <summary>Opens every segment; deletes files that never became one, and those that a compaction replaced.</summary>
    /// <exception cref="Errors.MeshException"><see cref="Errors.ErrorReason.StorageFailed"/> with the file and the offset.</exception>
    public static IReadOnlyList<(Segment Segment, LogContent Content)> Open(string folder)
    {
        var logs = new DirectoryInfo(folder).GetFiles("*.log");
        var contents = new LogContent[logs.Length];
        Guarded(() => Parallel.For(0, logs.Length, i => contents[i] = LogContent.Read(logs[i].FullName, IdTable.Hash)));
        var replaced = contents.SelectMany(content => content.Replaces).ToHashSet();
        var kept = contents.Where(content => !replaced.Contains(content.Number)).OrderBy(content => content.Number).ToArray();
        CheckEnds(kept);
        var names = kept.Select(content => Path.GetFileName(Segment.PathOf(folder, content.Number))).ToHashSet(StringComparer.Ordinal);
        foreach (var stray in Directory.GetFiles(folder).Select(file => Path.GetFileNameWithoutExtension(file)).Distinct().Where(name => !names.Contains(name)))
        {
            Segment.Delete(Path.Combine(folder, stray));
        }

        var segments = new Segment?[kept.Length];
        try
        {
            Guarded(() => Parallel.For(0, kept.Length, i => segments[i] = Segment.Open(folder, kept[i])));
        }
        catch
        {
            foreach (var segment in segments)
            {
                segment?.Release();
            }

            throw;
        }

        return [.. segments.Zip(kept, (segment, content) => (segment!, content))];
    }

    // A segment is sealed before the next one begins. One that lost its seal lost acknowledged items, too, maybe.
    private static void CheckEnds(LogContent[] contents)
    {
        var last = contents.LastOrDefault(content => content.Replaces.Count == 0)?.Number ?? 0;
        if (contents.FirstOrDefault(content => !content.Sealed && content.Number < last) is { } torn)
        {
            throw LogContent.Broken(torn.Path, torn.End, "its end is missing");
        }
    }

    private static void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (AggregateException several) when (several.InnerExceptions[0] is Errors.MeshException first)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
    }
}
