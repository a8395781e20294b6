using System.Diagnostics;

namespace MultiModalMesh.TestServers;

/// <summary>Garnet, from the tool manifest of this repository, as docs/operations.md says to run it.</summary>
internal sealed class GarnetServer : TestServer
{
    private static readonly string? Root = FindRoot();

    /// <summary>Why there is none, or null.</summary>
    public static string? Missing { get; } = Root is null || !IsRestored() ? "Garnet is not installed; run 'dotnet tool restore'." : null;

    public override string ConnectionString => $"127.0.0.1:{Text(Port)}";

    protected override string ReadyLine => "Ready to accept connections";

    protected override ProcessStartInfo Command() => new(
        "dotnet",
        [
            "tool", "run", "garnet-server", "--", "--bind", "127.0.0.1", "--port", Text(Port), "--aof", "--aof-commit-wait", "--lua", "--lua-transaction-mode",
            "--device-type", "RandomAccess", "--recover", "--checkpointdir", Folder,
        ])
    {
        WorkingDirectory = Root!,
    };

    private static bool IsRestored()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["tool", "run", "garnet-server", "--", "--version"])
        {
            WorkingDirectory = Root!,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static string? FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, ".config", "dotnet-tools.json")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName;
    }
}
