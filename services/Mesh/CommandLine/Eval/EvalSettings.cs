using MultiModalMesh.Evaluation.Items;
using MultiModalMesh.Evaluation.Scoring;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Mesh.CommandLine.Eval;

/// <summary>What the command line asks for.</summary>
internal sealed record EvalSettings
{
    public required ItemSources Sources { get; init; }

    /// <summary>A file of answers; without one a model is asked.</summary>
    public string? Candidates { get; init; }

    public string? Compare { get; init; }

    /// <summary>Score only what there are answers to.</summary>
    public bool Subset { get; init; }

    public int? Limit { get; init; }

    /// <summary>File of the run, to go on with.</summary>
    public string? Run { get; init; }

    public required string Prompt { get; init; }

    public int Concurrency { get; init; }

    public int? MaxTokens { get; init; }

    public CaptionTokenization Tokenizer { get; init; }

    public string? ClipModel { get; init; }

    public IReadOnlyList<string> Slices { get; init; } = [];

    public required Resampling Resampling { get; init; }

    public int Worst { get; init; }

    public string? Markdown { get; init; }

    public string? Html { get; init; }

    /// <summary>Every label of the data set; filled when it is read.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];
}
