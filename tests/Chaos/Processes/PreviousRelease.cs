using System.Diagnostics;
using MultiModalMesh.TestProcesses;

namespace MultiModalMesh.Chaos.Processes;

/// <summary>The silo as it was at a commit of this repository's history, built in a folder that goes away.</summary>
internal sealed class PreviousRelease : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private PreviousRelease(string commit) => Commit = commit;

    public string Commit { get; }

    /// <summary>Folder of the silo's project.</summary>
    public string Silo => Path.Combine(_folder.Path, "orchestration", "Silo");

    /// <returns>The release, or why it cannot be had here.</returns>
    public static async Task<(PreviousRelease? Release, string Problem)> BuildAsync(string commit, CancellationToken cancellationToken)
    {
        var (isKnown, said) = await RunAsync("git", ["rev-parse", "--short", "--verify", $"{commit}^{{commit}}"], Repository.Root, cancellationToken);
        if (!isKnown)
        {
            return (null, $"The commit '{commit}' is not in the history that is here (no git, no repository, or a shallow clone): {said}");
        }

        var release = new PreviousRelease(said);
        var archive = Path.Combine(release._folder.Path, "source.tar");
        foreach (var (program, arguments, folder) in new (string, string[], string)[]
        {
            ("git", ["archive", "--output", archive, said], Repository.Root),
            ("tar", ["-xf", archive], release._folder.Path),
            ("dotnet", ["build", release.Silo, "-c", Configuration, "--nologo", "-v", "quiet"], release._folder.Path),
        })
        {
            var (isDone, printed) = await RunAsync(program, arguments, folder, cancellationToken);
            if (!isDone)
            {
                release.Dispose();
                return (null, $"'{program} {arguments[0]}' of '{said}' failed:\n{printed}");
            }
        }

        return (release, "");
    }

    public void Dispose() => _folder.Dispose();

    // As of this program: it is where the processes are looked for.
    private static string Configuration => AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    private static async Task<(bool Done, string Printed)> RunAsync(string program, string[] arguments, string folder, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode == 0, (await output + await error).Trim());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (false, e.Message);
        }
    }
}
