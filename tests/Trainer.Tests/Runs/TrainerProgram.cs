using System.Diagnostics;

namespace MultiModalMesh.Trainer.Tests.Runs;

/// <summary>
/// The trainer as a user starts it. Its native library is half a gigabyte, so it is only used where somebody has built it here already; what is built
/// then is today's source.
/// </summary>
public sealed class TrainerProgram
{
    private static readonly TimeSpan BuildPatience = TimeSpan.FromMinutes(15);
    private static readonly string Script = Path.Combine(Repository.Root, "services/Trainer/run.sh");

    private readonly Lazy<string?> _missing = new(Build);

    private static string Home =>
        Environment.GetEnvironmentVariable("TRAINER_HOME") is { Length: > 0 } home ? home
        : Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "multimodalmesh", "trainer");

    /// <summary>Skips the test where the trainer does not run.</summary>
    internal void Need() => Assert.SkipWhen(_missing.Value is not null, _missing.Value ?? "");

    /// <param name="folder">Working directory.</param>
    /// <param name="arguments">Of the trainer.</param>
    internal static Process Start(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Script, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // Built once already.
        start.Environment["TRAINER_BUILD"] = "0";
        return Process.Start(start) ?? throw new InvalidOperationException($"{Script} does not start.");
    }

    /// <returns>The exit code, and both streams.</returns>
    internal static async Task<(int Code, string Output)> RunAsync(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    private static string? Build()
    {
        if (!File.Exists(Path.Combine(Home, "app", "MultiModalMesh.Trainer.dll")))
        {
            return $"The trainer with its tensor library was never built in {Home}: start services/Trainer/run.sh once.";
        }

        using var build = Process.Start(new ProcessStartInfo(Script, ["--version"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        if (!build.WaitForExit(BuildPatience) || build.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Script} --version fails.");
        }

        return null;
    }
}
