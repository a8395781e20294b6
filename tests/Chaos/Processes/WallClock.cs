using MultiModalMesh.TestProcesses;

namespace MultiModalMesh.Chaos.Processes;

/// <summary>The wall clock of one program, which can be set while it runs, as an operator or a time server does. Its monotonic clock is left alone. By libfaketime.</summary>
internal sealed class WallClock : IDisposable
{
    private const string Library = "libfaketimeMT.so.1";
    private static readonly string? Found = Find();

    private readonly TemporaryFolder _folder = new();

    public WallClock() => Set(TimeSpan.Zero);

    /// <summary>Why none can be set here, or null.</summary>
    public static string? Missing { get; } = Found is null ? "libfaketime is not installed; apt-get install libfaketime." : null;

    /// <summary>How long it takes until the program sees that its clock was set.</summary>
    public static TimeSpan Latency { get; } = TimeSpan.FromSeconds(1);

    /// <summary>For the program.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Found!,
        ["FAKETIME_TIMESTAMP_FILE"] = File,
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["DONT_FAKE_MONOTONIC"] = "1",
        ["NO_FAKE_STAT"] = "1",
    };

    private string File => Path.Combine(_folder.Path, "ahead");

    /// <param name="ahead">Of the machine's clock; negative: behind.</param>
    public void Set(TimeSpan ahead)
    {
        var next = File + ".next";
        System.IO.File.WriteAllText(next, FormattableString.Invariant($"{(long)ahead.TotalSeconds:+0;-0;+0}"));
        System.IO.File.Move(next, File, overwrite: true);
    }

    public void Dispose() => _folder.Dispose();

    private static string? Find() => OperatingSystem.IsLinux() && Directory.Exists("/usr/lib")
        ? Directory.GetDirectories("/usr/lib").Append("/usr/lib").Select(folder => Path.Combine(folder, "faketime", Library)).FirstOrDefault(System.IO.File.Exists)
        : null;
}
