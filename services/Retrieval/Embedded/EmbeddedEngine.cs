using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Retrieval.Embedded;

/// <summary>The engine that comes with the mesh: collections in files of this process's data folder, searched where they lie.</summary>
internal sealed class EmbeddedEngine : ICollectionEngine, IAsyncDisposable
{
    private const int ItemsPerMigratedWrite = 1024;

    private readonly ConcurrentDictionary<CollectionKey, EmbeddedCollection> _collections = new();
    private readonly SemaphoreSlim _changes = new(1, 1);
    private readonly CollectionList _list;
    private readonly RetrievalOptions _options;
    private readonly TimeProvider _time;
    private readonly string _folder;
    private string? _lastError;

    /// <summary>Opens the list and every collection; vectors are mapped, not read.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: in use by another process, or written by a newer version.</exception>
    public EmbeddedEngine(IOptions<DataOptions> data, IOptions<RetrievalOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        _folder = data.Value.Folder(Path.Combine("retrieval", "collections"));
        _list = new CollectionList(data.Value.Folder("retrieval"));
        try
        {
            var known = _list.Read();
            _list.Claim(_options.Shards, known.Count);
            DeleteStrays(known.Select(one => FolderOf(one.RowId)));
            if (_list.HasOldItems)
            {
                Migrate(known);
            }

            foreach (var (rowId, info) in known)
            {
                _collections[info.Key] = Open(rowId, info);
            }
        }
        catch
        {
            _list.Dispose();
            throw;
        }
    }

    public string? LastWriteError => _lastError ?? Collections.Select(collection => collection.LastWriteError).FirstOrDefault(error => error is not null);

    public IEnumerable<EmbeddedCollection> Collections => _collections.Values;

    /// <exception cref="MeshException"><see cref="ErrorReason.CollectionNotFound"/>.</exception>
    public EmbeddedCollection Get(CollectionKey key) => Find(key) ?? throw CollectionErrors.NotFound(key.Name);

    public EmbeddedCollection? Find(CollectionKey key) => _collections.GetValueOrDefault(key);

    public ValueTask<IItemCollection> GetAsync(CollectionKey key, CancellationToken cancellationToken) => ValueTask.FromResult<IItemCollection>(Get(key));

    public Task<IReadOnlyList<CollectionSummary>> ListAsync(string tenant, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CollectionSummary>>(
        [.. Of(tenant).Select(collection => new CollectionSummary(collection.Info, collection.ItemCount))]);

    public Task<IItemCollection> CreateAsync(CollectionKey key, int dimensions, string model, CancellationToken cancellationToken) => ChangeAsync<IItemCollection>(
        () =>
        {
            if (_collections.TryGetValue(key, out var existing))
            {
                var info = existing.Info;
                return Task.FromResult<IItemCollection>(info.Dimensions == dimensions && info.Model == model
                    ? existing
                    : throw CollectionErrors.Exists(info, dimensions, model));
            }

            if (_collections.Count >= _options.MaxCollections)
            {
                throw CollectionErrors.TooMany(_options.MaxCollections);
            }

            var (rowId, created) = _list.Create(key, dimensions, model, _time.GetUtcNow());
            return Task.FromResult<IItemCollection>(_collections[key] = Open(rowId, created));
        },
        cancellationToken);

    public Task DeleteAsync(CollectionKey key, CancellationToken cancellationToken) => ChangeAsync(
        async () =>
        {
            if (_collections.TryGetValue(key, out var collection))
            {
                // A crash behind the first line leaves a folder that nobody knows, and the next start deletes it.
                _list.Delete(collection.RowId);
                collection.IsDeleted = true;
                _collections.TryRemove(key, out _);
                await collection.CloseAsync();
                DeleteFolder(FolderOf(collection.RowId));
            }

            return 0;
        },
        cancellationToken);

    public async Task<IReadOnlyList<string>> FindUsedPicturesAsync(string tenant, IReadOnlyList<string> imageIds, CancellationToken cancellationToken)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var collection in Of(tenant))
        {
            used.UnionWith(await collection.FindUsedPicturesAsync([.. imageIds.Where(id => !used.Contains(id))], cancellationToken));
        }

        return [.. imageIds.Where(used.Contains)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var collection in _collections.Values)
        {
            await collection.CloseAsync();
        }

        _changes.Dispose();
        _list.Dispose();
    }

    private IEnumerable<EmbeddedCollection> Of(string tenant) => _collections.Values.Where(collection => collection.Info.Key.Tenant == tenant);

    private EmbeddedCollection Open(long rowId, CollectionInfo info) =>
        new(rowId, info, DataOptions.MakePrivate(FolderOf(rowId)), WriteOrder.Of(_options.Shards), _time, CheckRoom);

    private string FolderOf(long rowId) => Path.Combine(_folder, $"{rowId}");

    private void CheckRoom(long more)
    {
        var needed = _collections.Values.Sum(collection => collection.Bytes) + more;
        if (needed > (long)_options.MaxMegabytes << 20)
        {
            throw new MeshException(ErrorReason.CapacityReached, $"The collections would hold {needed >> 20} MiB, the limit is {_options.MaxMegabytes} MiB (Retrieval:MaxMegabytes); delete some or raise it.");
        }
    }

    // From the database of a version that kept items in it. Until the last line they are there, and a start that was cut off begins anew.
    private void Migrate(List<(long RowId, CollectionInfo Info)> known)
    {
        foreach (var (rowId, info) in known)
        {
            DeleteFolder(FolderOf(rowId));
            var writer = new CollectionWriter(DataOptions.MakePrivate(FolderOf(rowId)), info.Dimensions, WriteOrder.Of(_options.Shards), _time);
            foreach (var items in _list.ReadOldItems(rowId).Chunk(ItemsPerMigratedWrite))
            {
                writer.MakeRoom(items.Length);
                writer.Write(items, []);
            }

            writer.Close();
        }

        _list.DropOldItems();
    }

    private void DeleteStrays(IEnumerable<string> known)
    {
        foreach (var stray in Directory.GetDirectories(_folder).Except(known, StringComparer.Ordinal))
        {
            Directory.Delete(stray, recursive: true);
        }
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Not cancellable once begun: the caller must learn what became of it.
    private async Task<T> ChangeAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            var result = await Task.Run(change, CancellationToken.None);
            _lastError = null;
            return result;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            _lastError = e.Message;
            throw new MeshException(ErrorReason.StorageFailed, "The collections could not be written; the log of this process has the reason.", e);
        }
        finally
        {
            _changes.Release();
        }
    }
}
