using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Storage;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Retrieval.Collections;

/// <summary>
/// Every collection of this process: written to disk first, then shown to searches. Writes take turns; searches wait for none of them.
/// </summary>
internal sealed class CollectionCatalog : IDisposable
{
    private const int ItemsPerLoad = 4096;

    private readonly ConcurrentDictionary<CollectionKey, VectorCollection> _collections = new();
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly RetrievalDatabase _database;
    private readonly RetrievalOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Opens the database and reads every collection into memory.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>.</exception>
    public CollectionCatalog(IOptions<DataOptions> data, IOptions<RetrievalOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        _database = new RetrievalDatabase(data.Value.Folder("retrieval"));
        foreach (var stored in _database.ReadCollections())
        {
            var collection = _collections[stored.Key] = new VectorCollection(stored);
            foreach (var items in _database.ReadItems(stored.RowId).Chunk(ItemsPerLoad))
            {
                collection.Table.Publish(collection.Table.PrepareUpsert(items), []);
            }
        }
    }

    public int Count => _collections.Count;

    public long ItemCount => _collections.Values.Sum(collection => (long)collection.Table.Current.LiveCount);

    /// <summary>What the last write died of, null after one that succeeded.</summary>
    public string? LastWriteError { get; private set; }

    public void Dispose()
    {
        _writer.Dispose();
        _database.Dispose();
    }

    /// <exception cref="MeshException"><see cref="ErrorReason.CollectionNotFound"/>.</exception>
    public VectorCollection Get(CollectionKey key) => _collections.TryGetValue(key, out var collection)
        ? collection
        : throw new MeshException(ErrorReason.CollectionNotFound, $"There is no collection '{key.Name}'; create it first.") { Field = "name.collection" };

    /// <summary>A tenant's collections by name, from behind <paramref name="after"/>.</summary>
    public IEnumerable<VectorCollection> List(string tenant, string after) => _collections.Values
        .Where(collection => collection.Stored.Key.Tenant == tenant && string.CompareOrdinal(collection.Stored.Key.Name, after) > 0)
        .OrderBy(collection => collection.Stored.Key.Name, StringComparer.Ordinal);

    /// <summary>Creates a collection, or returns the one that is there if it is the same.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.CollectionExists"/>, <see cref="ErrorReason.CapacityReached"/>.</exception>
    public Task<VectorCollection> CreateAsync(CollectionKey key, int dimensions, string model, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            if (_collections.TryGetValue(key, out var existing))
            {
                var stored = existing.Stored;
                return stored.Dimensions == dimensions && stored.Model == model
                    ? existing
                    : throw new MeshException(
                        ErrorReason.CollectionExists,
                        $"The collection '{key.Name}' is there with {stored.Dimensions} dimensions of '{stored.Model}', which are not the {dimensions} of '{model}' asked for.");
            }

            if (_collections.Count >= _options.MaxCollections)
            {
                throw new MeshException(ErrorReason.CapacityReached, $"There are {_collections.Count} collections, the limit is {_options.MaxCollections} (Retrieval:MaxCollections).");
            }

            return _collections[key] = new VectorCollection(_database.CreateCollection(key, dimensions, model, _time.GetUtcNow()));
        },
        cancellationToken);

    public Task DeleteAsync(CollectionKey key, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            if (_collections.TryGetValue(key, out var collection))
            {
                _database.DeleteCollection(collection.Stored.RowId);
                _collections.TryRemove(key, out _);
            }

            return 0;
        },
        cancellationToken);

    /// <summary>Writes items, all or none; when it returns they are on disk and found.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.CollectionNotFound"/> if it was deleted meanwhile, <see cref="ErrorReason.CapacityReached"/>.</exception>
    public Task UpsertAsync(VectorCollection collection, IReadOnlyList<IndexedItem> items, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            CheckCurrent(collection);
            CheckRoom(items);
            var next = collection.Table.PrepareUpsert(items);
            _database.UpsertItems(collection.Stored.RowId, items);
            collection.Table.Publish(next, []);
            return 0;
        },
        cancellationToken);

    /// <returns>How many of <paramref name="ids"/> were there.</returns>
    public Task<int> DeleteItemsAsync(VectorCollection collection, IEnumerable<string> ids, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            CheckCurrent(collection);
            var present = ids.Distinct(StringComparer.Ordinal).Where(collection.Table.Contains).ToList();
            var next = collection.Table.PrepareDelete(present);
            _database.DeleteItems(collection.Stored.RowId, present);
            collection.Table.Publish(next, present);
            return present.Count;
        },
        cancellationToken);

    private void CheckCurrent(VectorCollection collection)
    {
        if (!ReferenceEquals(Get(collection.Stored.Key), collection))
        {
            throw new MeshException(ErrorReason.CollectionNotFound, $"The collection '{collection.Stored.Key.Name}' was deleted meanwhile.") { Field = "name.collection" };
        }
    }

    private void CheckRoom(IReadOnlyList<IndexedItem> items)
    {
        var held = _collections.Values.Sum(collection => collection.Table.Current.Bytes);
        var needed = held + items.Sum(Search.VectorTable.SizeOf);
        var limit = (long)_options.MaxMegabytes << 20;
        if (needed > limit)
        {
            throw new MeshException(ErrorReason.CapacityReached, $"The collections would hold {needed >> 20} MiB, the limit is {_options.MaxMegabytes} MiB (Retrieval:MaxMegabytes); delete some or raise it.");
        }
    }

    // On the pool: a commit waits for the disk. Not cancellable once begun: the caller must learn what became of it.
    private async Task<T> WriteAsync<T>(Func<T> write, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            var result = await Task.Run(write, CancellationToken.None);
            LastWriteError = null;
            return result;
        }
        catch (SqliteException e)
        {
            LastWriteError = e.Message;
            throw new MeshException(ErrorReason.StorageFailed, "The collections could not be written; the log of this process has the reason.", e);
        }
        finally
        {
            _writer.Release();
        }
    }
}
