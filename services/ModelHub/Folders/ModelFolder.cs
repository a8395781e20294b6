using MultiModalMesh.Errors;
using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.ModelHub.Folders;

/// <summary>
/// A folder whose sub-folders are packs. Everything unfinished lies in its hidden <c>.mesh</c>, on the same file system, where nobody looks for
/// packs: a pack appears and disappears by one rename.
/// </summary>
public sealed class ModelFolder(string path)
{
    private const string WorkspaceName = ".mesh";
    private const string StagingEnd = ".pull";
    private const string RemovedEnd = ".removed";

    /// <summary>Full path.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    private string Workspace => System.IO.Path.Combine(Path, WorkspaceName);

    /// <summary>Where a pack of that name is, or would be.</summary>
    /// <exception cref="MeshException">InvalidRequest: no pack can have that name.</exception>
    public string PackPath(string name) => System.IO.Path.Combine(Path, RequireName(name));

    /// <summary>The pulls that were begun and not finished: name of the pack, bytes that are there.</summary>
    public IEnumerable<(string Name, long Bytes)> Unfinished() => Directory.Exists(Workspace)
        ? Directory.EnumerateDirectories(Workspace, $"*{StagingEnd}")
            .Order(StringComparer.Ordinal)
            .Select(folder => (System.IO.Path.GetFileName(folder)[..^StagingEnd.Length], Size(folder)))
        : [];

    /// <summary>Removes a pack, and what an unfinished pull of it left. What a link points to is not touched.</summary>
    /// <returns>False if there was neither.</returns>
    /// <exception cref="MeshException">PackBusy, StorageFailed, InvalidRequest.</exception>
    public bool Remove(string name)
    {
        if (!Directory.Exists(PackPath(name)) && !Directory.Exists(StagingPath(name)))
        {
            return false;
        }

        using var locked = Lock(name);
        try
        {
            foreach (var folder in (string[])[PackPath(name), StagingPath(name)])
            {
                if (Directory.Exists(folder))
                {
                    Directory.Delete(MoveAside(folder, name), recursive: true);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"'{PackPath(name)}' cannot be removed: {failure.Message}", failure);
        }

        return true;
    }

    internal string StagingPath(string name) => System.IO.Path.Combine(Workspace, RequireName(name) + StagingEnd);

    /// <summary>
    /// Keeps other processes away from a pack's folder while it is changed. The lock is the operating system's own, so it ends with the process;
    /// the file stays, because removing a lock's file would let two processes lock two files of the same name.
    /// </summary>
    /// <exception cref="MeshException">PackBusy: another process pulls or removes it. StorageFailed.</exception>
    internal FileStream Lock(string name)
    {
        var file = System.IO.Path.Combine(Workspace, RequireName(name) + ".lock");
        try
        {
            Directory.CreateDirectory(Workspace);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Disk.Failure(failure, Workspace);
        }

        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw Disk.Failure(failure, file);
        }
        catch (IOException failure)
        {
            throw Disk.IsFull(failure)
                ? Disk.Failure(failure, file)
                : new MeshException(ErrorReason.PackBusy, $"Another process pulls or removes the pack '{name}' in '{Path}' just now; wait until it is done.", failure);
        }
    }

    /// <summary>Puts a complete folder in a pack's place; one that is there already goes away after that.</summary>
    internal void Publish(string staging, string name)
    {
        var target = PackPath(name);
        var old = Directory.Exists(target) ? MoveAside(target, name) : null;
        try
        {
            Directory.Move(staging, target);
        }
        catch when (old is not null)
        {
            Directory.Move(old, target);
            throw;
        }

        if (old is not null)
        {
            Directory.Delete(old, recursive: true);
        }
    }

    /// <summary>Under the pack's lock, so what lies aside already is of a process that died.</summary>
    private string MoveAside(string folder, string name)
    {
        var aside = System.IO.Path.Combine(Workspace, name + RemovedEnd);
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }

        Directory.Move(folder, aside);
        return aside;
    }

    private static long Size(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static string RequireName(string name) => HubPath.IsPackName(name)
        ? name
        : throw new MeshException(ErrorReason.InvalidRequest, $"'{name}' cannot be the name of a pack: a name is that of a folder, without slashes and @, and begins with a letter or a digit.");
}
