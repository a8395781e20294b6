using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Images.Folders;

/// <summary>
/// One folder per tenant below the data folder. A picture appears under its name only when every byte is on disk, so a process that is
/// killed leaves no half of one. Several processes of a machine may share the folder.
/// </summary>
internal sealed class FolderImageStore : IImageStore
{
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    private readonly string _root;
    private readonly int _maxBytes;

    public FolderImageStore(IOptions<DataOptions> data, IOptions<ImageStoreOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _root = data.Value.Folder("images");
        _maxBytes = options.Value.MaxBytes;
        Incoming = data.Value.Folder(Path.Combine("images", ".incoming"));
        DropAbandoned(time.GetUtcNow().UtcDateTime - AbandonedAfter);
    }

    internal string Incoming { get; }

    public async Task<StoredImage> PutAsync(string tenant, Stream file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ImageId.CheckTenant(tenant);
        var incoming = Path.Combine(Incoming, Guid.NewGuid().ToString("N"));
        try
        {
            var (id, size) = await WriteAsync(file, incoming, cancellationToken);
            return Publish(tenant, id, size, incoming);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoredFile.Failed("stored", e);
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    public async Task<StoredImage> PutAsync(string tenant, ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        ImageId.CheckTenant(tenant);
        StoredFile.CheckSize(file.Length, _maxBytes);
        var id = ImageId.Of(file.Span);
        var incoming = Path.Combine(Incoming, Guid.NewGuid().ToString("N"));
        try
        {
            if (IsThere(PathOf(tenant, id), file.Length))
            {
                return new StoredImage(id, file.Length, Created: false);
            }

            await using (var target = Create(incoming))
            {
                await target.WriteAsync(file, cancellationToken);
                target.Flush(flushToDisk: true);
            }

            return Publish(tenant, id, file.Length, incoming);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoredFile.Failed("stored", e);
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    public async Task<byte[]> ReadAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var path = PathOf(tenant, id);
        try
        {
            return StoredFile.CheckContent(id, await File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw StoredFile.NotFound(id, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoredFile.Failed("read", e);
        }
    }

    public Task<bool> ExistsAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(File.Exists(PathOf(tenant, id)));
    }

    public Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(tenant, id);
        try
        {
            var there = File.Exists(path);
            if (there)
            {
                File.Delete(path);
            }

            return Task.FromResult(there);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoredFile.Failed("deleted", e);
        }
    }

    public Task<StoreCondition> CheckAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using var probe = new FileStream(Path.Combine(Incoming, Guid.NewGuid().ToString("N")), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            return Task.FromResult(new StoreCondition(StoreState.Ready, $"Pictures are in the folder '{_root}'."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult(new StoreCondition(StoreState.Unavailable, $"The folder '{_root}' cannot be written: {e.Message.TrimEnd('.')}; make room, or check who owns it."));
        }
    }

    private async Task<(string Id, long Size)> WriteAsync(Stream file, string incoming, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            await using var target = Create(incoming);
            long size = 0;
            while (await file.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                size += count;
                if (size > _maxBytes)
                {
                    StoredFile.CheckSize(size, _maxBytes);
                }

                hash.AppendData(buffer, 0, count);
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            StoredFile.CheckSize(size, _maxBytes);
            target.Flush(flushToDisk: true);
            return (ImageId.FromHash(hash.GetHashAndReset()), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private StoredImage Publish(string tenant, string id, long size, string incoming)
    {
        var path = PathOf(tenant, id);
        DataOptions.MakePrivate(Path.GetDirectoryName(path)!);
        var created = !IsThere(path, size);
        if (created)
        {
            // Two that store the same bytes at once both get here; the later rename puts the same content in place of the same content.
            File.Move(incoming, path, overwrite: true);
        }

        return new StoredImage(id, size, created);
    }

    // A file of another size was cut or changed by somebody else; the one that is sent now takes its place.
    private static bool IsThere(string path, long size) => new FileInfo(path) is { Exists: true } file && file.Length == size;

    // Two digits of the hash as a folder keep folders small.
    private string PathOf(string tenant, string id) => Path.Combine(_root, ImageId.CheckTenant(tenant), ImageId.Check(id)[4..6], id);

    private void DropAbandoned(DateTime before)
    {
        foreach (var file in new DirectoryInfo(Incoming).EnumerateFiles())
        {
            if (file.LastWriteTimeUtc < before)
            {
                file.Delete();
            }
        }
    }

    private static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
}
