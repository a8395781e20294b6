using MultiModalMesh.Errors;
using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.ModelHub.Folders;

/// <summary>Where a pack grows until it is complete.</summary>
internal sealed class StagingFolder(string path)
{
    public string Path { get; } = path;

    /// <summary>Full path of a file while it is in here.</summary>
    public string Target(HubFile file) => System.IO.Path.Combine(Path, file.Path.Replace('/', System.IO.Path.DirectorySeparatorChar));

    /// <summary>Makes the folder, and clears away what an earlier pull left that is no part of this one: it must not become part of the pack.</summary>
    /// <exception cref="MeshException">StorageFailed.</exception>
    public void Prepare(IReadOnlyList<HubFile> files)
    {
        try
        {
            var folder = Directory.CreateDirectory(Path);
            var targets = files.ToDictionary(Target, file => file, StringComparer.Ordinal);
            foreach (var there in folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.FullName).ToList())
            {
                if (!targets.ContainsKey(there) && !targets.Any(target => FileDownload.IsPartOf(there, target.Value, target.Key)))
                {
                    File.Delete(there);
                }
            }

            foreach (var empty in folder.EnumerateDirectories("*", SearchOption.AllDirectories).OrderByDescending(sub => sub.FullName.Length).ToList())
            {
                if (!empty.EnumerateFileSystemInfos().Any())
                {
                    empty.Delete();
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Disk.Failure(failure, System.IO.Path.Combine(Path, PackSource.FileName));
        }
    }

    /// <summary>Bytes that are there already.</summary>
    public long Bytes() => new DirectoryInfo(Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
