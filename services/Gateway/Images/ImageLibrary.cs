using System.Buffers;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Images;
using MultiModalMesh.Inference.Pictures;

namespace MultiModalMesh.Gateway.Images;

/// <summary>A stored picture. Width and height in pixels, as it is shown (orientation applied).</summary>
internal sealed record UploadedImage(string Id, int Width, int Height, string MediaType);

/// <summary>
/// Pictures on their way in: read within the limit, looked at, so that what is no picture is refused here, then stored. Everyone behind
/// the gateway gets ids.
/// </summary>
internal sealed class ImageLibrary(IImageStore store, PictureDecoder decoder, IOptions<ImageStoreOptions> options)
{
    /// <summary>The largest file, in bytes.</summary>
    public int MaxBytes => options.Value.MaxBytes;

    /// <summary>Stores a picture that comes as a stream.</summary>
    /// <param name="caller">Whose picture it is.</param>
    /// <param name="file">Read to its end, or to the limit.</param>
    /// <param name="length">Its size if the sender told, so that one that is too large is refused before it travels.</param>
    /// <param name="cancellationToken">Stops before the picture is stored.</param>
    /// <exception cref="MeshException">ImageTooLarge, ImageFormatUnsupported, ImageUnreadable.</exception>
    public async Task<UploadedImage> StoreAsync(Caller caller, Stream file, long? length, CancellationToken cancellationToken)
    {
        if (length > MaxBytes)
        {
            throw TooLarge(length.Value);
        }

        using var buffer = new MemoryStream((int)(length ?? 0));
        var block = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await file.ReadAsync(block, cancellationToken) is > 0 and var count)
            {
                if (buffer.Length + count > MaxBytes)
                {
                    throw TooLarge(buffer.Length + count);
                }

                buffer.Write(block, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return await StoreAsync(caller, buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken);
    }

    /// <inheritdoc cref="StoreAsync(Caller, Stream, long?, CancellationToken)"/>
    public async Task<UploadedImage> StoreAsync(Caller caller, ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        if (file.Length > MaxBytes)
        {
            throw TooLarge(file.Length);
        }

        var picture = await decoder.InspectAsync(file, cancellationToken);
        var stored = await store.PutAsync(caller.Tenant, file, cancellationToken);
        return new UploadedImage(stored.Id, picture.Width, picture.Height, picture.MediaType);
    }

    /// <exception cref="MeshException">ImageNotFound.</exception>
    public Task<byte[]> ReadAsync(Caller caller, string id, CancellationToken cancellationToken) => ImageId.IsValid(id)
        ? store.ReadAsync(caller.Tenant, id, cancellationToken)
        : throw NotFound(id, null);

    /// <summary>The id of what a request names: an id, which must be there, or a data URL, which is stored.</summary>
    /// <param name="caller">Whose picture it is.</param>
    /// <param name="reference">An image id or <c>data:…;base64,…</c>.</param>
    /// <param name="field">Where the request has it, for the refusal.</param>
    /// <param name="cancellationToken">Stops before the picture is stored.</param>
    public async Task<string> ResolveAsync(Caller caller, string reference, string field, CancellationToken cancellationToken)
    {
        if (ImageId.IsValid(reference))
        {
            return await store.ExistsAsync(caller.Tenant, reference, cancellationToken) ? reference : throw NotFound(reference, field);
        }

        try
        {
            return (await StoreAsync(caller, DataUrl.Read(reference, MaxBytes, field), cancellationToken)).Id;
        }
        catch (MeshException error) when (error.Field is null)
        {
            throw new MeshException(error.Reason, error.Message, error) { Field = field, RetryAfter = error.RetryAfter, Metadata = error.Metadata };
        }
    }

    private MeshException TooLarge(long bytes) => DataUrl.TooLarge(bytes, MaxBytes, null);

    private static MeshException NotFound(string id, string? field) =>
        new(ErrorReason.ImageNotFound, $"There is no picture '{(id.Length > 80 ? id[..80] + "…" : id)}'; send it to /api/images first.") { Field = field };
}
