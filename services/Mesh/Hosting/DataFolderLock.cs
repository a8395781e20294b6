using System.Globalization;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Mesh.Hosting;

/// <summary>
/// One process per data folder: two would write the same files. The lock is the operating system's own lock on <c>mesh.lock</c>,
/// so it ends with the process, also after SIGKILL; <c>mesh.address</c> beside it tells others where that process can be reached.
/// </summary>
public sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _addressFile;

    private DataFolderLock(FileStream file, string addressFile) => (_lock, _addressFile) = (file, addressFile);

    /// <exception cref="MeshException">StorageFailed: the folder cannot be written, or another process has it.</exception>
    public static DataFolderLock Take(string folder)
    {
        var addressFile = Path.Combine(folder, "mesh.address");
        try
        {
            Directory.CreateDirectory(folder);
            var file = new FileStream(Path.Combine(folder, "mesh.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.Delete(addressFile);
            return new DataFolderLock(file, addressFile);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"The data folder '{folder}' cannot be written. Choose another with --data.", failure);
        }
        catch (IOException failure)
        {
            var address = RunningServer(folder);
            throw new MeshException(
                ErrorReason.StorageFailed,
                address is null
                    ? $"The data folder '{folder}' cannot be used ({failure.Message.TrimEnd('.')}). Choose another with --data."
                    : $"Another mesh already serves the data folder '{folder}' at {address}. Use that one, or choose another folder with --data.",
                failure);
        }
    }

    /// <summary>The address of the process that has the folder, or null if none has.</summary>
    public static Uri? RunningServer(string folder)
    {
        var lockFile = Path.Combine(folder, "mesh.lock");
        try
        {
            if (!File.Exists(lockFile))
            {
                return null;
            }

            using var probe = new FileStream(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException)
        {
            var address = Path.Combine(folder, "mesh.address");
            return File.Exists(address) && Uri.TryCreate(File.ReadAllText(address).Trim(), UriKind.Absolute, out var url) ? url : null;
        }
    }

    /// <summary>Tells others where this process is reached; called once it is ready.</summary>
    public void Publish(Uri address) => File.WriteAllText(_addressFile, string.Create(CultureInfo.InvariantCulture, $"{address}\n"));

    public void Dispose()
    {
        File.Delete(_addressFile);
        _lock.Dispose();
    }
}
