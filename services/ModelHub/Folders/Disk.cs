using MultiModalMesh.Errors;

namespace MultiModalMesh.ModelHub.Folders;

/// <summary>What can be known of the disk under a folder.</summary>
internal static class Disk
{
    /// <summary>Left free, because others write to the same disk while a pull goes on.</summary>
    private const long Reserve = 16L << 20;

    /// <exception cref="MeshException">StorageFailed: there is no room for so many bytes.</exception>
    public static void RequireRoom(string folder, long bytes)
    {
        if (bytes > 0 && Free(folder) is { } free && bytes > free - Reserve)
        {
            throw new MeshException(
                ErrorReason.StorageFailed,
                $"The disk of '{folder}' has {ByteCount.ToText(free)} free, but {ByteCount.ToText(bytes)} are still to be downloaded; free some space, or choose another folder with --models.");
        }
    }

    /// <summary>Explains a failure to write; what was downloaded before it stays and is taken up by the next attempt.</summary>
    public static MeshException Failure(Exception failure, string path) => IsFull(failure)
        ? new MeshException(
            ErrorReason.StorageFailed, $"The disk of '{Path.GetDirectoryName(path)}' is full; free some space and run the command again, which goes on where this one stopped.", failure)
        : new MeshException(ErrorReason.StorageFailed, $"'{path}' cannot be written: {failure.Message}", failure);

    /// <summary>Null where the system does not tell.</summary>
    private static long? Free(string folder)
    {
        try
        {
            // Windows asks by drive; elsewhere any path on the file system will do.
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(Path.GetFullPath(folder))! : folder).AvailableFreeSpace;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL; ENOSPC; EDQUOT of Linux and macOS.</summary>
    public static bool IsFull(Exception failure) => OperatingSystem.IsWindows()
        ? failure.HResult is unchecked((int)0x80070070) or unchecked((int)0x80070027)
        : failure.HResult == 28 || failure.HResult == (OperatingSystem.IsMacOS() ? 69 : 122);
}
