using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>Reads the next pages of some shards: for each the sequence to go on behind, and how many items at most. The answers are in the order of the shards asked.</summary>
internal delegate Task<ItemPage[]> ShardPages(IReadOnlyDictionary<int, long> after, int size, CancellationToken cancellationToken);

/// <summary>One page out of the pages of all shards, in the order of writing; its last sequence is the place to go on from on every shard.</summary>
internal sealed class MergedScroll
{
    // Placement is by hash, so each shard has about its share of a page. Those that have more are asked again.
    private const double MoreThanShare = 1.25;
    private const int LeastRead = 16;

    private readonly Cursor[] _cursors;
    private readonly long _after;

    public MergedScroll(int shards, long after)
    {
        _after = after;
        _cursors = [.. Enumerable.Range(0, shards).Select(_ => new Cursor { After = after })];
    }

    public async Task<ItemPage> ReadAsync(int size, ShardPages read, CancellationToken cancellationToken)
    {
        List<IndexedItem> merged = [];
        var share = Math.Min(size + 1, (int)(size * MoreThanShare / _cursors.Length) + LeastRead);

        // One more than the page has, to know whether it is the last.
        while (merged.Count <= size)
        {
            var dry = Enumerable.Range(0, _cursors.Length).Where(shard => _cursors[shard] is { Items.Count: 0, Ended: false }).ToDictionary(shard => shard, shard => _cursors[shard].After);
            if (dry.Count > 0)
            {
                foreach (var (shard, page) in dry.Keys.Zip(await read(dry, share, cancellationToken)))
                {
                    _cursors[shard].Take(page);
                }
            }

            // What comes next is known as long as every shard that has more shows its next.
            if (_cursors.Where(cursor => cursor.Items.Count > 0).MinBy(cursor => cursor.Items.Peek().Sequence) is not { } next)
            {
                break;
            }

            merged.Add(next.Items.Dequeue());
        }

        var items = merged.Take(size).ToList();
        return new ItemPage(items, items.Count > 0 ? items[^1].Sequence : _after, merged.Count <= size);
    }

    private sealed class Cursor
    {
        public Queue<IndexedItem> Items { get; } = new();

        public long After { get; set; }

        public bool Ended { get; private set; }

        public void Take(ItemPage page)
        {
            foreach (var item in page.Items)
            {
                Items.Enqueue(item);
            }

            (After, Ended) = (page.Last, page.Ended);
        }
    }
}
