using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;

namespace MultiModalMesh.Retrieval.Engine;

/// <summary>What a collection is, apart from its items.</summary>
internal sealed record CollectionInfo(CollectionKey Key, int Dimensions, string Model, DateTimeOffset CreatedAt);

/// <summary>
/// Where collections are kept. What a caller may rely on, whichever engine it is, is in the contract tests: an acknowledged write is
/// durable and found by the next search; a search sees whole writes; the nearest items are exact.
/// </summary>
internal interface ICollectionEngine
{
    /// <summary>What the last write died of, null after one that succeeded.</summary>
    string? LastWriteError { get; }

    /// <exception cref="MeshException"><see cref="ErrorReason.CollectionNotFound"/>.</exception>
    IItemCollection Get(CollectionKey key);

    IReadOnlyCollection<IItemCollection> All { get; }

    /// <summary>Creates a collection, or returns the one that is there if it is the same.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.CollectionExists"/>, <see cref="ErrorReason.CapacityReached"/>.</exception>
    Task<IItemCollection> CreateAsync(CollectionKey key, int dimensions, string model, CancellationToken cancellationToken);

    /// <summary>Deleting one that is not there is no error.</summary>
    Task DeleteAsync(CollectionKey key, CancellationToken cancellationToken);
}

/// <summary>The items of one collection, and the primitive ways to find them; what is composed of these is the search's business.</summary>
internal interface IItemCollection
{
    CollectionInfo Info { get; }

    long ItemCount { get; }

    /// <summary>Writes items, all or none; of several with one id the last counts. When it returns they are on disk and found.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.CollectionNotFound"/> if it was deleted meanwhile, <see cref="ErrorReason.CapacityReached"/>, <see cref="ErrorReason.StorageFailed"/>.</exception>
    Task UpsertAsync(IReadOnlyList<IndexedItem> items, CancellationToken cancellationToken);

    /// <returns>How many of <paramref name="ids"/> were there.</returns>
    Task<int> DeleteAsync(IEnumerable<string> ids, CancellationToken cancellationToken);

    /// <summary>The items of those ids that are there, in the order of the request.</summary>
    Task<IReadOnlyList<IndexedItem>> GetAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>The items with the largest dot product, best first; among equals the one written first.</summary>
    Task<IReadOnlyList<Hit>> FindNearestAsync(NearestQuery query, CancellationToken cancellationToken);

    /// <summary>The items whose text matches best by BM25, best first; only those that have one of the words.</summary>
    Task<IReadOnlyList<Hit>> FindTextAsync(TextQuery query, CancellationToken cancellationToken);

    Task<long> CountAsync(ItemFilter? filter, CancellationToken cancellationToken);

    /// <summary>Items in the order of their writing, from behind a place of an earlier page. One that is replaced meanwhile comes again, with its new state.</summary>
    Task<ItemPage> ScrollAsync(long after, int size, ItemFilter? filter, bool withVectors, CancellationToken cancellationToken);

    /// <summary>Those of some pictures that are the id of an item, or that a payload has anywhere, as a value or within one.</summary>
    Task<IReadOnlyList<string>> FindUsedPicturesAsync(IReadOnlyList<string> imageIds, CancellationToken cancellationToken);
}

/// <param name="Vector">Length 1.</param>
/// <param name="Limit">1 or more.</param>
/// <param name="MinScore">Only what scores at least this; null for all.</param>
/// <param name="WithVectors">Whether hits carry their vectors.</param>
internal sealed record NearestQuery(float[] Vector, int Limit, ItemFilter? Filter = null, float? MinScore = null, bool WithVectors = false);

/// <param name="Fields">Paths into the payload; none: every text in it.</param>
internal sealed record TextQuery(string Text, IReadOnlyList<string> Fields, int Limit, ItemFilter? Filter = null);

/// <summary>One item found. The payload is a serialised <c>Struct</c> or null; the vector is null unless asked for.</summary>
internal readonly record struct Hit(string Id, float Score, byte[]? Payload, float[]? Vector = null);

/// <param name="Last">The place of the last one, for the next page.</param>
/// <param name="Ended">Nothing came behind it when it was read.</param>
/// <param name="Items">With empty vectors unless asked for.</param>
internal sealed record ItemPage(IReadOnlyList<IndexedItem> Items, long Last, bool Ended);
