using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Images;

/// <summary>
/// Pictures as they were sent, in one folder per tenant, named by their content. A picture that was stored is whole: it appears
/// under its name only when every byte is on disk, so a process that is killed leaves no half of one. Several processes may share the folder.
/// </summary>
/// <remarks>
/// Throws <see cref="MeshException"/>: <see cref="ErrorReason.InvalidRequest"/> for a tenant or an id that is none,
/// <see cref="ErrorReason.StorageFailed"/> if the disk refuses.
/// </remarks>
public sealed class ImageStore
{
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    private readonly string _root;
    private readonly int _maxBytes;

    public ImageStore(IOptions<DataOptions> data, IOptions<ImageStoreOptions> options, TimeProvider time)
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

    /// <summary>Stores a file and returns when it is on disk. The same bytes again are no second file.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.ImageTooLarge"/>, <see cref="ErrorReason.ImageUnreadable"/> if there are no bytes.</exception>
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
            throw Failed("stored", e);
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    /// <inheritdoc cref="PutAsync(string, Stream, CancellationToken)"/>
    public async Task<StoredImage> PutAsync(string tenant, ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        ImageId.CheckTenant(tenant);
        CheckSize(file.Length);
        var id = ImageId.Of(file.Span);
        var incoming = Path.Combine(Incoming, Guid.NewGuid().ToString("N"));
        try
        {
            if (File.Exists(PathOf(tenant, id)))
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
            throw Failed("stored", e);
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    /// <summary>The file's bytes.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.ImageNotFound"/>.</exception>
    public async Task<byte[]> ReadAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var path = PathOf(tenant, id);
        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MeshException(ErrorReason.ImageNotFound, $"There is no picture '{id}'; send it first.") { Metadata = new Dictionary<string, string> { ["image_id"] = id } };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("read", e);
        }
    }

    public Task<bool> ExistsAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(File.Exists(PathOf(tenant, id)));
    }

    /// <summary>Deletes a picture.</summary>
    /// <returns>False if it was not there.</returns>
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
            throw Failed("deleted", e);
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
                    CheckSize(size);
                }

                hash.AppendData(buffer, 0, count);
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            CheckSize(size);
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
        var created = !File.Exists(path);
        if (created)
        {
            // Two that store the same bytes at once both get here; the later rename puts the same content in place of the same content.
            File.Move(incoming, path, overwrite: true);
        }

        return new StoredImage(id, size, created);
    }

    private void CheckSize(long size)
    {
        if (size == 0)
        {
            throw new MeshException(ErrorReason.ImageUnreadable, "The picture has no bytes.");
        }

        if (size > _maxBytes)
        {
            throw new MeshException(ErrorReason.ImageTooLarge, $"The picture has {size} bytes or more, the limit is {_maxBytes} bytes (Images:MaxBytes); send a smaller file.")
            {
                Metadata = new Dictionary<string, string> { ["limit_bytes"] = $"{_maxBytes}" },
            };
        }
    }

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

    private static MeshException Failed(string verb, Exception cause) =>
        new(ErrorReason.StorageFailed, $"The picture could not be {verb}; the log of this process has the reason.", cause);
}
