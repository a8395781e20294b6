using System.Numerics.Tensors;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Search;

/// <summary>Items that are nearly the same.</summary>
/// <param name="Items">In the order of their writing.</param>
/// <param name="Score">The lowest likeness that connects them.</param>
internal sealed record DuplicateGroup(IReadOnlyList<IndexedItem> Items, float Score);

/// <summary>Compares every item with every other one, in tiles that stay in a core's cache, and joins those that are alike.</summary>
internal static class Duplicates
{
    private const int MostItems = 200_000;
    private const int ItemsPerPage = 1000;
    private const int Tile = 64;

    /// <returns>The largest group first.</returns>
    /// <exception cref="MeshException"><see cref="ErrorReason.CapacityReached"/>: too many to compare.</exception>
    public static async Task<IReadOnlyList<DuplicateGroup>> FindAsync(IItemCollection collection, float least, ItemFilter? filter, CancellationToken cancellationToken)
    {
        var count = await collection.CountAsync(filter, cancellationToken);
        if (count > MostItems)
        {
            throw new MeshException(ErrorReason.CapacityReached, $"{count} items would have to be compared with each other, the limit is {MostItems}; leave some out with a filter.") { Field = "where" };
        }

        List<IndexedItem> items = [];
        for (ItemPage? page = null; page is not { Ended: true };)
        {
            page = await collection.ScrollAsync(page?.Last ?? 0, ItemsPerPage, filter, withVectors: true, cancellationToken);
            items.AddRange(page.Items);
        }

        // One that was replaced meanwhile came twice; its new state counts.
        items = [.. items.GroupBy(item => item.Id, StringComparer.Ordinal).Select(same => same.Last())];
        return await Task.Run(() => Join(items, Pairs(items, least, cancellationToken)), cancellationToken);
    }

    private static List<(int A, int B, float Score)> Pairs(List<IndexedItem> items, float least, CancellationToken cancellationToken)
    {
        List<(int, int, float)> pairs = [];
        var tiles = (items.Count + Tile - 1) / Tile;
        Parallel.For(0, tiles, new ParallelOptions { CancellationToken = cancellationToken }, tile =>
        {
            List<(int, int, float)> found = [];
            var end = Math.Min(items.Count, (tile + 1) * Tile);
            for (var other = tile * Tile; other < items.Count; other++)
            {
                for (var one = tile * Tile; one < Math.Min(end, other); one++)
                {
                    if (TensorPrimitives.Dot(items[one].Vector, items[other].Vector) is var score && score >= least)
                    {
                        found.Add((one, other, score));
                    }
                }
            }

            lock (pairs)
            {
                pairs.AddRange(found);
            }
        });
        return pairs;
    }

    private static List<DuplicateGroup> Join(List<IndexedItem> items, List<(int A, int B, float Score)> pairs)
    {
        // The strongest first, so that a group's score is that of the weakest link it needs.
        var parents = Enumerable.Range(0, items.Count).ToArray();
        var scores = new Dictionary<int, float>();
        foreach (var (a, b, score) in pairs.OrderByDescending(pair => pair.Score).ThenBy(pair => pair.A).ThenBy(pair => pair.B))
        {
            var (one, other) = (Root(a), Root(b));
            if (one != other)
            {
                parents[Math.Max(one, other)] = Math.Min(one, other);
                scores[Math.Min(one, other)] = score;
            }
        }

        return [.. Enumerable.Range(0, items.Count).GroupBy(Root).Where(group => group.Count() > 1)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key)
            .Select(group => new DuplicateGroup([.. group.Select(i => items[i])], Math.Clamp(scores[group.Key], -1, 1)))];

        int Root(int i)
        {
            while (parents[i] != i)
            {
                i = parents[i] = parents[parents[i]];
            }

            return i;
        }
    }
}
