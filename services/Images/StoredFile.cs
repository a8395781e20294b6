using MultiModalMesh.Errors;

namespace MultiModalMesh.Images;

/// <summary>What every store promises of a file, and the words for what breaks it.</summary>
internal static class StoredFile
{
    /// <exception cref="MeshException"><see cref="ErrorReason.ImageUnreadable"/>, <see cref="ErrorReason.ImageTooLarge"/>.</exception>
    public static void CheckSize(long size, int maxBytes)
    {
        if (size == 0)
        {
            throw new MeshException(ErrorReason.ImageUnreadable, "The picture has no bytes.");
        }

        if (size > maxBytes)
        {
            throw new MeshException(ErrorReason.ImageTooLarge, $"The picture has {size} bytes or more, the limit is {maxBytes} bytes (Images:MaxBytes); send a smaller file.")
            {
                Metadata = new Dictionary<string, string> { ["limit_bytes"] = $"{maxBytes}" },
            };
        }
    }

    /// <summary>The content is what the name says.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: a disk or a person changed it.</exception>
    public static byte[] CheckContent(string id, byte[] file) => ImageId.Of(file) == id
        ? file
        : throw new MeshException(ErrorReason.StorageFailed, $"The picture '{id}' is damaged: its content is not what its name says. Put back a copy, or remove it from the store and send it again.")
        {
            Metadata = new Dictionary<string, string> { ["image_id"] = id },
        };

    public static MeshException NotFound(string id, Exception cause) =>
        new(ErrorReason.ImageNotFound, $"There is no picture '{id}'; send it first.", cause) { Metadata = new Dictionary<string, string> { ["image_id"] = id } };

    /// <summary>For the caller; the operator finds what is wrong in the log and in the health check.</summary>
    public static MeshException Failed(string verb, Exception cause) =>
        new(ErrorReason.StorageFailed, $"The picture could not be {verb}; try again, and if it stays so: the log of this process and /health/ready have the reason.", cause);
}
