using MultiModalMesh.Grains.Routing;

namespace MultiModalMesh.Simulator.Mesh;

/// <summary>A mesh, what is asked of it and how it is routed.</summary>
internal sealed record Scenario
{
    public int Workers { get; init; } = 1000;

    /// <summary>Each with a router of its own, which knows what it sent itself.</summary>
    public int Silos { get; init; } = 4;

    public int Dialogues { get; init; } = 60_000;

    public double TurnsPerDialogue { get; init; } = 5;

    /// <summary>Of what the workers could serve if every prefix were there.</summary>
    public double Load { get; init; } = 0.7;

    /// <summary>Seconds between an answer and the dialogue's next turn, on average.</summary>
    public double Thinking { get; init; } = 10;

    /// <summary>Answers that a worker writes at a time.</summary>
    public int Slots { get; init; } = 8;

    public int Waiting { get; init; } = 64;

    /// <summary>Tokens of prompts that a worker's KV cache holds.</summary>
    public int CacheTokens { get; init; } = 200_000;

    /// <summary>Prompt tokens that a worker of speed 1 computes in a second.</summary>
    public double PrefillRate { get; init; } = 1000;

    /// <summary>Tokens of one answer that a worker of speed 1 writes in a second.</summary>
    public double DecodeRate { get; init; } = 50;

    /// <summary>Workers take these in turn: a mesh has old machines and new ones.</summary>
    public IReadOnlyList<double> Speeds { get; init; } = [0.5, 1, 1, 2];

    public int FirstPrompt { get; init; } = 600;

    public int Question { get; init; } = 40;

    /// <summary>Tokens of an answer on average; their number is distributed exponentially, up to <see cref="LongestAnswer"/>.</summary>
    public double Answer { get; init; } = 120;

    public int LongestAnswer { get; init; } = 512;

    /// <summary>Seconds between a worker's reports.</summary>
    public double Heartbeat { get; init; } = 1;

    /// <summary>Seconds after which a router asks the directory again.</summary>
    public double Freshness { get; init; } = 0.25;

    /// <summary>Share of the dialogues that have one and the same affinity key, as where many begin with the same system prompt.</summary>
    public double HotShare { get; init; }

    /// <summary>Workers that die in a minute, as a share of all. They come back after <see cref="Restart"/>, with an empty cache.</summary>
    public double DeathsPerMinute { get; init; }

    public double Restart { get; init; } = 10;

    public RoutingKind Routing { get; init; } = RoutingKind.Mesh;

    public RoutingOptions Options { get; init; } = new();

    public int Seed { get; init; } = 1;

    /// <summary>Seconds that an answer keeps a slot of a worker of speed 1, its question being all of the prompt that is to be computed.</summary>
    public double WarmSeconds => (Question / PrefillRate) + (Answer / DecodeRate);

    /// <summary>New dialogues a second.</summary>
    public double ArrivalRate => Load * Workers * Slots * Speeds.Average() / (WarmSeconds * TurnsPerDialogue);
}
