using System.Diagnostics;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>A file system of a few megabytes in memory, which can be filled to the last byte. Goes away with the test.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder;

    private SmallDisk(TemporaryFolder folder) => _folder = folder;

    public string Path => _folder.Path;

    private string Filling => System.IO.Path.Combine(Path, "filling");

    /// <returns>Null and the reason where this process may not mount one.</returns>
    public static (SmallDisk? Disk, string Missing) TryMount(int megabytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            return (null, "A file system in memory is mounted on Linux only.");
        }

        var folder = new TemporaryFolder();
        var answer = Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=700", "none", folder.Path);
        if (answer.Length == 0)
        {
            return (new SmallDisk(folder), "");
        }

        folder.Dispose();
        return (null, $"A small file system cannot be mounted here (it takes root): {answer}");
    }

    public void Fill()
    {
        using var file = new FileStream(Filling, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[64 * 1024, 4096, 1])
        {
            try
            {
                while (true)
                {
                    file.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // Full for pieces of this size.
            }
        }
    }

    public void MakeRoom() => File.Delete(Filling);

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _folder.Dispose();
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : error.Trim();
    }
}
