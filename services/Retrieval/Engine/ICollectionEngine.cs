using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;

namespace MultiModalMesh.Retrieval.Engine;

/// <summary>What a collection is, apart from its items.</summary>
internal sealed record CollectionInfo(CollectionKey Key, int Dimensions, string Model, DateTimeOffset CreatedAt);

/// <summary>A collection as a list shows it.</summary>
internal readonly record struct CollectionSummary(CollectionInfo Info, long ItemCount);

/// <summary>
/// Where collections are kept. What a caller may rely on, whichever engine it is, is in the contract tests: an acknowledged write is
/// durable and found by the next search; the nearest items are exact.
/// </summary>
internal interface ICollectionEngine
{
    /// <exception cref="MeshException"><see cref="ErrorReason.CollectionNotFound"/>.</exception>
    ValueTask<IItemCollection> GetAsync(CollectionKey key, CancellationToken cancellationToken);

    /// <summary>A tenant's collections, in no order.</summary>
    Task<IReadOnlyList<CollectionSummary>> ListAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>Creates a collection, or returns the one that is there if it is the same.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.CollectionExists"/>, <see cref="ErrorReason.CapacityReached"/>.</exception>
    Task<IItemCollection> CreateAsync(CollectionKey key, int dimensions, string model, CancellationToken cancellationToken);

    /// <summary>Deleting one that is not there is no error.</summary>
    Task DeleteAsync(CollectionKey key, CancellationToken cancellationToken);

    /// <summary>Those of some pictures that are the id of an item of the tenant, or that a payload has anywhere, as a value or within one; in the order of the request.</summary>
    Task<IReadOnlyList<string>> FindUsedPicturesAsync(string tenant, IReadOnlyList<string> imageIds, CancellationToken cancellationToken);
}

/// <summary>The items of one collection, and the primitive ways to find them; what is composed of these is the search's business.</summary>
internal interface IItemCollection
{
    CollectionInfo Info { get; }

    /// <summary>Writes items, all or none of those that lie together; of several with one id the last counts. When it returns they are on disk and found.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.CollectionNotFound"/> if it was deleted meanwhile, <see cref="ErrorReason.CapacityReached"/>, <see cref="ErrorReason.StorageFailed"/>.</exception>
    Task UpsertAsync(IReadOnlyList<IndexedItem> items, CancellationToken cancellationToken);

    /// <returns>How many of <paramref name="ids"/> were there.</returns>
    Task<int> DeleteAsync(IEnumerable<string> ids, CancellationToken cancellationToken);

    /// <summary>The items of those ids that are there, in the order of the request.</summary>
    Task<IReadOnlyList<IndexedItem>> GetAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>The items with the largest dot product, as it was computed, best first; among equals the one written first.</summary>
    Task<IReadOnlyList<Hit>> FindNearestAsync(NearestQuery query, CancellationToken cancellationToken);

    /// <summary>How frequent words are here.</summary>
    Task<TextStatistics> MeasureTextAsync(string text, IReadOnlyList<string> fields, CancellationToken cancellationToken);

    /// <summary>The items whose text matches best by BM25, best first, among equals the one written first; only those that have one of the words.</summary>
    Task<IReadOnlyList<Hit>> FindTextAsync(TextQuery query, CancellationToken cancellationToken);

    Task<long> CountAsync(ItemFilter? filter, CancellationToken cancellationToken);

    /// <summary>Items in the order of their writing, from behind a place of an earlier page. One that is replaced meanwhile comes again, with its new state.</summary>
    Task<ItemPage> ScrollAsync(long after, int size, ItemFilter? filter, bool withVectors, CancellationToken cancellationToken);
}

/// <param name="Vector">Length 1.</param>
/// <param name="Limit">1 or more.</param>
/// <param name="MinScore">Only what scores at least this; null for all.</param>
/// <param name="WithVectors">Whether hits carry their vectors.</param>
internal sealed record NearestQuery(float[] Vector, int Limit, ItemFilter? Filter = null, float? MinScore = null, bool WithVectors = false);

/// <param name="Fields">Paths into the payload; none: every text in it.</param>
/// <param name="Statistics">Of the whole that this is a part of; null: this is the whole.</param>
internal sealed record TextQuery(string Text, IReadOnlyList<string> Fields, int Limit, ItemFilter? Filter = null, TextStatistics? Statistics = null);

/// <summary>What BM25 has to know of all items, whatever passes a filter.</summary>
/// <param name="Items">How many there are.</param>
/// <param name="Words">Words of all of them together.</param>
/// <param name="Having">How many have each word of the query; its different words in their order.</param>
internal sealed record TextStatistics(long Items, long Words, IReadOnlyList<long> Having);

/// <summary>One item found. The payload is a serialised <c>Struct</c> or null; the vector is null unless asked for.</summary>
/// <param name="Sequence">Its place in the order of writing.</param>
internal readonly record struct Hit(string Id, float Score, byte[]? Payload, float[]? Vector = null, long Sequence = 0);

/// <param name="Last">The place of the last one, for the next page.</param>
/// <param name="Ended">Nothing came behind it when it was read.</param>
/// <param name="Items">With empty vectors unless asked for.</param>
internal sealed record ItemPage(IReadOnlyList<IndexedItem> Items, long Last, bool Ended);
