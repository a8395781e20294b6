using System.Runtime.InteropServices;

namespace MultiModalMesh.Retrieval.Embedded.Segments;

/// <summary>How large segments are, and how their folder is kept.</summary>
internal static partial class CollectionLayout
{
    /// <summary>A segment takes no further batch from here on.</summary>
    public const long LargestLog = 64 << 20;

    private const int FewestRows = 1024;
    private const int MostRows = 64 * 1024;
    private const long LargestVectors = 256L << 20;

    /// <summary>Rows of the next segment: each has room for twice the last one's, up to 64 Ki rows or 256 MiB, so that small collections stay small and large ones have few files.</summary>
    public static int CapacityAfter(int last, int needed, int dimensions)
    {
        var most = (int)Math.Clamp(LargestVectors / (dimensions * sizeof(float)), FewestRows, MostRows);
        return Math.Max(needed, Math.Clamp(last * 2, FewestRows, most));
    }

    /// <summary>Makes a change of names in a folder durable, where the system has a call for it.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(folder, 0);
        if (handle >= 0)
        {
            _ = Flush(handle);
            _ = Close(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
