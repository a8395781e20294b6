using System.Runtime.CompilerServices;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Grains.Tests.Storage.Releases;

/// <summary>What one release left on disk: <c>dialogues.db</c>, what its dialogues looked like in <c>dialogues.json</c>, the members of its states in <c>shape.txt</c>, and what its silos say to each other in <c>contracts.txt</c>.</summary>
/// <param name="Folder">Named after the release.</param>
internal sealed record ReleaseFixture(string Folder)
{
    /// <summary>Turns that had ended in every way a turn can end.</summary>
    public const string Ended = "ended";

    /// <summary>One that nobody used for a while.</summary>
    public const string Compacted = "compacted";

    /// <summary>A turn in the middle of its answer, written while it grew, and another that waits behind it.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>Deleted, and its picture could not be looked for yet.</summary>
    public const string Erased = "erased";

    /// <summary>Tokens of the interrupted answer that were written.</summary>
    public const int Checkpoint = 6;

    public const string RewriteCommand = "dotnet run --project tests/Grains.Tests -- -explicit only -class \"*ReleaseWriter\"";

    /// <summary>The release that this source is to become: <c>Version</c> in Directory.Build.props.</summary>
    public static string CurrentVersion { get; } = typeof(DialogueGrain).Assembly.GetName().Version!.ToString(3);

    public static ReleaseFixture Current => new(Path.Combine(SourceFolder(), CurrentVersion));

    public static IReadOnlyList<ReleaseFixture> All =>
    [
        .. Directory.GetDirectories(SourceFolder()).Where(folder => System.Version.TryParse(Path.GetFileName(folder), out _))
            .OrderBy(folder => System.Version.Parse(Path.GetFileName(folder))).Select(folder => new ReleaseFixture(folder)),
    ];

    public string Version => Path.GetFileName(Folder);

    public string Database => Path.Combine(Folder, "dialogues.db");

    public string Dialogues => Path.Combine(Folder, "dialogues.json");

    public string Shape => Path.Combine(Folder, "shape.txt");

    /// <summary>See <see cref="ContractShape"/>.</summary>
    public string Contracts => Path.Combine(Folder, "contracts.txt");

    private static string SourceFolder([CallerFilePath] string file = "") =>
        Directory.Exists(Path.GetDirectoryName(file)) ? Path.GetDirectoryName(file)! : throw new InvalidOperationException($"'{file}' is not there: these tests run where they were built.");
}
