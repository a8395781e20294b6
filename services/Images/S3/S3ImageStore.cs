using System.Buffers;
using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Images.S3;

/// <summary>
/// Pictures in a bucket of S3 or of a server that speaks as it does, for any number of machines. Keys are <c>prefix/tenant/xx/id</c>. An object
/// appears whole or not at all, and the server checks what it received against the signed hash.
/// </summary>
internal sealed class S3ImageStore(IAmazonS3 client, IOptions<ImageStoreOptions> options, TimeProvider time, ILogger<S3ImageStore> logger) : IImageStore, IDisposable
{
    public const int MaxAttempts = 4;

    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);

    private readonly int _maxBytes = options.Value.MaxBytes;
    private readonly S3StoreOptions _s3 = options.Value.S3;

    /// <remarks>The key is the hash of the whole, so the file is held in memory, up to the limit, before it is sent.</remarks>
    public async Task<StoredImage> PutAsync(string tenant, Stream file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ImageId.CheckTenant(tenant);
        using var whole = new MemoryStream();
        var block = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            while (await file.ReadAsync(block, cancellationToken) is > 0 and var count)
            {
                if (whole.Length + count > _maxBytes)
                {
                    StoredFile.CheckSize(whole.Length + count, _maxBytes);
                }

                whole.Write(block, 0, count);
            }
        }
        catch (IOException e)
        {
            throw StoredFile.Failed("stored", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return await PutAsync(tenant, whole.GetBuffer().AsMemory(0, (int)whole.Length), cancellationToken);
    }

    public async Task<StoredImage> PutAsync(string tenant, ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        ImageId.CheckTenant(tenant);
        StoredFile.CheckSize(file.Length, _maxBytes);
        var id = ImageId.Of(file.Span);
        var key = KeyOf(tenant, id);
        return await CallAsync("stored", async token =>
        {
            // One of another size was changed by somebody else. Two that both find none write the same content, one after the other.
            if (await SizeOfAsync(key, token) == file.Length)
            {
                return new StoredImage(id, file.Length, Created: false);
            }

            using var content = Read(file);
            await client.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = _s3.Bucket,
                    Key = key,
                    InputStream = content,
                    AutoCloseStream = false,
                    ContentType = "application/octet-stream",

                    // One hash over the whole in the signature instead of one for each chunk: every server knows it.
                    UseChunkEncoding = false,
                },
                token);
            return new StoredImage(id, file.Length, Created: true);
        }, cancellationToken);
    }

    public async Task<byte[]> ReadAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var key = KeyOf(tenant, id);
        var file = await CallAsync("read", async token =>
        {
            try
            {
                return await DownloadAsync(key, token);
            }
            catch (AmazonS3Exception e) when (S3Failure.IsMissingObject(e))
            {
                throw StoredFile.NotFound(id, e);
            }
        }, cancellationToken);
        return StoredFile.CheckContent(id, file);
    }

    public Task<bool> ExistsAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var key = KeyOf(tenant, id);
        return CallAsync("looked for", async token => await SizeOfAsync(key, token) is not null, cancellationToken);
    }

    public Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var key = KeyOf(tenant, id);
        return CallAsync("deleted", async token =>
        {
            if (await SizeOfAsync(key, token) is null)
            {
                return false;
            }

            await client.DeleteObjectAsync(_s3.Bucket, key, token);
            return true;
        }, cancellationToken);
    }

    public async Task<StoreCondition> CheckAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(CheckTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Not HEAD of the bucket: its refusals have no body that says why.
            await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _s3.Bucket, Prefix = _s3.KeyPrefix, MaxKeys = 1 }, both.Token);
            return new StoreCondition(StoreState.Ready, $"Pictures are in the bucket '{_s3.Bucket}' at {_s3.Server}.");
        }
        catch (Exception e) when (IsStoreFailure(e, cancellationToken))
        {
            return S3Failure.Describe(e, _s3, CheckTimeout);
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<long?> SizeOfAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.GetObjectMetadataAsync(_s3.Bucket, key, cancellationToken)).ContentLength;
        }
        catch (AmazonS3Exception e) when (S3Failure.IsMissingObject(e))
        {
            return null;
        }
    }

    private async Task<byte[]> DownloadAsync(string key, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var response = await client.GetObjectAsync(_s3.Bucket, key, cancellationToken);
            if (response.ContentLength is < 0 or > ImageStoreOptions.LargestBytes)
            {
                throw new MeshException(ErrorReason.StorageFailed, $"The object '{key}' has {response.ContentLength} bytes, more than any picture; it was not written by this program. Remove it, and send the picture again.");
            }

            try
            {
                var file = new byte[response.ContentLength];
                await response.ResponseStream.ReadExactlyAsync(file, cancellationToken);
                return file;
            }
            catch (IOException) when (attempt < MaxAttempts)
            {
                // The client repeats a request that fails, but not an answer that breaks off midway.
            }
        }
    }

    private async Task<T> CallAsync<T>(string verb, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_s3.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await call(both.Token);
        }
        catch (Exception e) when (IsStoreFailure(e, cancellationToken))
        {
            Log.StoreFailed(logger, verb, S3Failure.Describe(e, _s3, _s3.Timeout).Description);
            throw StoredFile.Failed(verb, e);
        }
    }

    private static bool IsStoreFailure(Exception error, CancellationToken caller) =>
        error is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or TimeoutException
        || (error is OperationCanceledException && !caller.IsCancellationRequested);

    private static MemoryStream Read(ReadOnlyMemory<byte> file) => MemoryMarshal.TryGetArray(file, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(file.ToArray(), writable: false);

    private string KeyOf(string tenant, string id) => $"{_s3.KeyPrefix}{ImageId.CheckTenant(tenant)}/{ImageId.Check(id)[4..6]}/{id}";
}
