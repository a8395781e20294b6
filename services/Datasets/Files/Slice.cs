using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Files;

/// <summary>Reads a part of a file that an index points at.</summary>
internal static class Slice
{
    /// <exception cref="DatasetRecordException">The file is not there any more, or shorter than it was.</exception>
    public static byte[] Read(SourceLocation source, int length)
    {
        try
        {
            using var handle = File.OpenHandle(source.File);
            var bytes = new byte[length];
            for (var read = 0; read < length;)
            {
                var got = RandomAccess.Read(handle, bytes.AsSpan(read), source.Offset + read);
                if (got == 0)
                {
                    throw new DatasetRecordException(source, "ends before the record does: the file was changed while it was read.");
                }

                read += got;
            }

            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetRecordException(source, $"cannot be read: {e.Message}", e);
        }
    }
}
