using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Tests.Engine;

/// <summary>Says what an engine's answers have to be, in the plainest way; keeps nothing beyond its life.</summary>
internal sealed class ReferenceEngine : ICollectionEngine
{
    private readonly ConcurrentDictionary<CollectionKey, ReferenceCollection> _collections = new();

    public string? LastWriteError => null;

    public IReadOnlyCollection<IItemCollection> All => [.. _collections.Values];

    public IItemCollection Get(CollectionKey key) => _collections.TryGetValue(key, out var collection) ? collection : throw new MeshException(ErrorReason.CollectionNotFound, "There is none.");

    public Task<IItemCollection> CreateAsync(CollectionKey key, int dimensions, string model, CancellationToken cancellationToken)
    {
        var collection = _collections.GetOrAdd(key, _ => new ReferenceCollection(new CollectionInfo(key, dimensions, model, DateTimeOffset.UnixEpoch)));
        return collection.Info.Dimensions == dimensions && collection.Info.Model == model
            ? Task.FromResult<IItemCollection>(collection)
            : throw new MeshException(ErrorReason.CollectionExists, "There is another one.");
    }

    public Task DeleteAsync(CollectionKey key, CancellationToken cancellationToken)
    {
        _collections.TryRemove(key, out _);
        return Task.CompletedTask;
    }
}

internal sealed class ReferenceCollection(CollectionInfo info) : IItemCollection
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, IndexedItem> _items = [];
    private long _next = 1;

    public CollectionInfo Info => info;

    public long ItemCount => Items(null).Count;

    public Task UpsertAsync(IReadOnlyList<IndexedItem> items, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var item in items.GroupBy(item => item.Id).Select(same => same.Last()))
            {
                Remove(item.Id);
                _items[_next++] = item;
            }
        }

        return Task.CompletedTask;
    }

    public Task<int> DeleteAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(ids.Distinct().Count(Remove));
        }
    }

    public Task<IReadOnlyList<IndexedItem>> GetAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var all = Items(null).ToDictionary(pair => pair.Value.Id, pair => pair.Value);
        return Task.FromResult<IReadOnlyList<IndexedItem>>([.. ids.Where(all.ContainsKey).Select(id => all[id])]);
    }

    public Task<IReadOnlyList<Hit>> FindNearestAsync(NearestQuery query, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Hit>>(
    [
        .. Items(query.Filter)
            .Select(pair => (Item: pair.Value, Score: pair.Value.Vector.Zip(query.Vector, (a, b) => (double)a * b).Sum()))
            .Where(pair => query.MinScore is null || pair.Score >= query.MinScore)
            .OrderByDescending(pair => pair.Score).Take(query.Limit)
            .Select(pair => new Hit(pair.Item.Id, (float)pair.Score, pair.Item.Payload, query.WithVectors ? pair.Item.Vector : null)),
    ]);

    public Task<IReadOnlyList<Hit>> FindTextAsync(TextQuery query, CancellationToken cancellationToken)
    {
        var all = Items(null).Select(pair => (pair.Value, Words: WordsOf(pair.Value, query.Fields))).ToList();
        var mean = all.Average(pair => (double)pair.Words.Count);
        var having = query.Text.ToLowerInvariant().Split(' ').Distinct().ToDictionary(word => word, word => all.Count(pair => pair.Words.Contains(word)));
        return Task.FromResult<IReadOnlyList<Hit>>(
        [
            .. all.Where(pair => TestItems.Passes(pair.Value, query.Filter))
                .Select(pair => new Hit(pair.Value.Id, (float)having.Keys.Sum(word => Bm25(pair.Words, word)), pair.Value.Payload))
                .Where(hit => hit.Score > 0).OrderByDescending(hit => hit.Score).Take(query.Limit),
        ]);

        double Bm25(List<string> words, string word)
        {
            var count = words.Count(one => one == word);
            return Math.Log(1 + ((all.Count - having[word] + 0.5) / (having[word] + 0.5))) * count * 2.2 / (count + (1.2 * (0.25 + (0.75 * words.Count / mean))));
        }
    }

    public Task<long> CountAsync(ItemFilter? filter, CancellationToken cancellationToken) => Task.FromResult((long)Items(filter).Count);

    public Task<ItemPage> ScrollAsync(long after, int size, ItemFilter? filter, bool withVectors, CancellationToken cancellationToken)
    {
        var left = Items(filter).Where(pair => pair.Key > after).ToList();
        var page = left.Take(size).ToList();
        return Task.FromResult(new ItemPage([.. page.Select(pair => withVectors ? pair.Value : pair.Value with { Vector = [] })], page.Count > 0 ? page[^1].Key : after, left.Count <= size));
    }

    public Task<IReadOnlyList<string>> FindUsedPicturesAsync(IReadOnlyList<string> imageIds, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>(
        [.. imageIds.Where(id => Items(null).Any(pair => pair.Value.Id == id || Encoding.UTF8.GetString(pair.Value.Payload ?? []).Contains(id, StringComparison.Ordinal)))]);

    private static List<string> WordsOf(IndexedItem item, IReadOnlyList<string> fields)
    {
        var payload = item.Payload is null ? new Struct() : Struct.Parser.ParseFrom(item.Payload);
        var values = fields.Count == 0 ? payload.Fields.Values : fields.Select(field => PayloadFields.Find(payload, field)).OfType<Value>();
        return [.. values.SelectMany(PayloadFields.Texts).SelectMany(text => text.Split(' ', '-'))];
    }

    private List<KeyValuePair<long, IndexedItem>> Items(ItemFilter? filter)
    {
        lock (_lock)
        {
            return [.. _items.Where(pair => TestItems.Passes(pair.Value, filter))];
        }
    }

    private bool Remove(string id) => _items.FirstOrDefault(pair => pair.Value.Id == id) is { Value: not null } found && _items.Remove(found.Key);
}
