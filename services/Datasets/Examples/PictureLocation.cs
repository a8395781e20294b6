using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets.Examples;

/// <summary>Where the bytes of a picture are: a file, or a part of one (a member of a tar shard).</summary>
/// <param name="File">Full path.</param>
/// <param name="Offset">In bytes.</param>
/// <param name="Length">In bytes; null means up to the end.</param>
public sealed record PictureLocation(string File, long Offset = 0, long? Length = null)
{
    /// <summary>More than any decoder of the product takes; what is larger is not read.</summary>
    public const long MaxBytes = 64 * 1024 * 1024;

    /// <exception cref="MeshException">ImageNotFound, ImageUnreadable when the file ends early, ImageTooLarge.</exception>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var handle = System.IO.File.OpenHandle(File, options: FileOptions.Asynchronous);
            var length = Length ?? RandomAccess.GetLength(handle) - Offset;
            if (length > MaxBytes)
            {
                throw new MeshException(ErrorReason.ImageTooLarge, $"{File} has {length} bytes; a picture may have {MaxBytes}. Make it smaller.");
            }

            var bytes = new byte[length];
            for (var read = 0; read < bytes.Length;)
            {
                var got = await RandomAccess.ReadAsync(handle, bytes.AsMemory(read), Offset + read, cancellationToken);
                if (got == 0)
                {
                    throw new MeshException(ErrorReason.ImageUnreadable, $"{File} ends at byte {Offset + read}, in the middle of a picture. Fetch it again.");
                }

                read += got;
            }

            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MeshException(ErrorReason.ImageNotFound, $"The picture {File} is not there.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.ImageUnreadable, $"The picture {File} cannot be read: {e.Message}", e);
        }
    }
}
