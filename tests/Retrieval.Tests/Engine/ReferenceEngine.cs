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

    public ValueTask<IItemCollection> GetAsync(CollectionKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IItemCollection>(_collections.TryGetValue(key, out var collection) ? collection : throw new MeshException(ErrorReason.CollectionNotFound, "There is none."));

    public Task<IReadOnlyList<CollectionSummary>> ListAsync(string tenant, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CollectionSummary>>(
        [.. _collections.Values.Where(one => one.Info.Key.Tenant == tenant).Select(one => new CollectionSummary(one.Info, one.Items(null).Count))]);

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

    public Task<IReadOnlyList<string>> FindUsedPicturesAsync(string tenant, IReadOnlyList<string> imageIds, CancellationToken cancellationToken)
    {
        var items = _collections.Values.Where(one => one.Info.Key.Tenant == tenant).SelectMany(one => one.Items(null)).Select(pair => pair.Value).ToList();
        return Task.FromResult<IReadOnlyList<string>>(
            [.. imageIds.Where(id => items.Exists(item => item.Id == id || Encoding.UTF8.GetString(item.Payload ?? []).Contains(id, StringComparison.Ordinal)))]);
    }
}

internal sealed class ReferenceCollection(CollectionInfo info) : IItemCollection
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, IndexedItem> _items = [];
    private long _next = 1;

    public CollectionInfo Info => info;

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

    public Task<TextStatistics> MeasureTextAsync(string text, IReadOnlyList<string> fields, CancellationToken cancellationToken)
    {
        var all = Items(null).ConvertAll(pair => WordsOf(pair.Value, fields));
        return Task.FromResult(new TextStatistics(all.Count, all.Sum(words => words.Count), [.. text.ToLowerInvariant().Split(' ').Distinct().Select(word => all.LongCount(words => words.Contains(word)))]));
    }

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

    private static List<string> WordsOf(IndexedItem item, IReadOnlyList<string> fields)
    {
        var payload = item.Payload is null ? new Struct() : Struct.Parser.ParseFrom(item.Payload);
        var values = fields.Count == 0 ? payload.Fields.Values : fields.Select(field => PayloadFields.Find(payload, field)).OfType<Value>();
        return [.. values.SelectMany(PayloadFields.Texts).SelectMany(text => text.Split(' ', '-'))];
    }

    public List<KeyValuePair<long, IndexedItem>> Items(ItemFilter? filter)
    {
        lock (_lock)
        {
            return [.. _items.Where(pair => TestItems.Passes(pair.Value, filter))];
        }
    }

    private bool Remove(string id) => _items.FirstOrDefault(pair => pair.Value.Id == id) is { Value: not null } found && _items.Remove(found.Key);
}
