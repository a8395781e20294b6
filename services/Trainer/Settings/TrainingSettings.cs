using System.ComponentModel.DataAnnotations;

namespace MultiModalMesh.Trainer.Settings;

/// <summary>What is learned.</summary>
internal enum Stage
{
    /// <summary>Pictures and texts that belong together get near each other.</summary>
    Contrastive,

    /// <summary>The decoder describes pictures.</summary>
    Caption,

    /// <summary>The decoder answers single questions.</summary>
    Vqa,

    /// <summary>The decoder answers question after question.</summary>
    Dialogue,

    /// <summary>The shipped model's own recipe, on the synthetic world.</summary>
    Picto,
}

internal enum Precision
{
    /// <summary>BFloat16 on CUDA, float32 elsewhere: measured on CPU, bfloat16 is several times slower.</summary>
    Auto,
    Float32,

    /// <summary>Forward and backward in bfloat16; weights, moments and the loss stay float32.</summary>
    Bfloat16,
}

internal enum ContrastiveLoss
{
    /// <summary>Symmetric InfoNCE with a learned temperature (Radford et al. 2021, arXiv:2103.00020).</summary>
    Infonce,

    /// <summary>Pairwise sigmoid with a learned temperature and bias (Zhai et al. 2023, arXiv:2303.15343).</summary>
    Sigmoid,
}

/// <summary>One run, as its configuration file says it; what the file leaves out has these defaults.</summary>
internal sealed record TrainingSettings
{
    [Required]
    public Stage? Stage { get; init; }

    /// <summary>Folder of the pack whose weights and tokenizer a run starts from; empty to start from nothing.</summary>
    public string Init { get; init; } = "";

    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    /// <summary><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "auto";

    public Precision Precision { get; init; }

    /// <summary>0 takes all cores.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Tokens of a tokenizer that is trained because <see cref="Init"/> is empty.</summary>
    [Range(300, 65_000)]
    public int Vocabulary { get; init; } = 1_500;

    public DataSettings Data { get; init; } = new();

    public OptimizationSettings Optimization { get; init; } = new();

    public LoraSettings Lora { get; init; } = new();

    public ContrastiveSettings Contrastive { get; init; } = new();

    public PictoSettings Picto { get; init; } = new();

    public CheckpointSettings Checkpoints { get; init; } = new();

    public EvaluationSettings Evaluation { get; init; } = new();

    public MetricsSettings Metrics { get; init; } = new();
}

internal sealed record DataSettings
{
    public IReadOnlyList<SourceSettings> Sources { get; init; } = [];

    /// <summary>What a user asks who wants a picture described.</summary>
    public string Prompt { get; init; } = "Describe the picture.";

    /// <summary>Training pictures are shifted by at most this many pixels of what the model sees.</summary>
    [Range(0, 32)]
    public int ShiftPixels { get; init; }

    /// <summary>Training pictures get brighter or darker, and each channel apart, by at most this share.</summary>
    [Range(0, 0.5)]
    public double ColourJitter { get; init; }
}

/// <summary>Where samples come from.</summary>
internal sealed record SourceSettings
{
    /// <summary>A data set on disk; relative to the working directory.</summary>
    public string Path { get; init; } = "";

    /// <summary>Folder of the pictures, where they do not lie with the data set.</summary>
    public string Pictures { get; init; } = "";

    /// <summary>What the data set's own columns hold: <c>caption</c>, <c>image</c>, <c>question</c>, <c>answer</c>, <c>label</c>, <c>id</c> or <c>split</c> to their name.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>Share of examples that are kept for validation where the data set has no splits of its own.</summary>
    [Range(0, 0.9)]
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>Records and pictures that cannot be used are left out instead of ending the run.</summary>
    public bool SkipBroken { get; init; }

    /// <summary>The world of drawings that picto learned from: mixed in, it keeps a fine-tuned model from forgetting.</summary>
    public bool Synthetic { get; init; }

    /// <summary>Its share of the samples is this over the sum of all.</summary>
    [Range(0.000001, 1_000_000)]
    public double Weight { get; init; } = 1;
}

internal sealed record OptimizationSettings
{
    [Range(1, 1_000_000_000)]
    public long Steps { get; init; } = 1_000;

    /// <summary>Samples that go through the model together.</summary>
    [Range(1, 65_536)]
    public int BatchSize { get; init; } = 16;

    /// <summary>Batches whose gradients are averaged into one step.</summary>
    [Range(1, 65_536)]
    public int Accumulate { get; init; } = 1;

    [Range(1e-9, 1)]
    public double LearningRate { get; init; } = 3e-4;

    [Range(0, 1)]
    public double FinalLearningRate { get; init; }

    [Range(0, 1_000_000_000)]
    public long WarmupSteps { get; init; } = 20;

    [Range(0, 1)]
    public double WeightDecay { get; init; } = 0.05;

    [Range(1e-6, 1e6)]
    public double ClipNorm { get; init; } = 1;

    /// <summary>Share of the averaged weights that a step keeps; they are evaluated and exported. 0 keeps no average.</summary>
    [Range(0, 0.999999)]
    public double EmaDecay { get; init; }

    /// <summary>Each layer further from the output learns slower by this factor.</summary>
    [Range(0.01, 1)]
    public double LayerDecay { get; init; } = 1;

    /// <summary>Patterns of parameters that do not learn, such as <c>vision.*</c>.</summary>
    public IReadOnlyList<string> Frozen { get; init; } = [];

    /// <summary>Exceptions to <see cref="Frozen"/>.</summary>
    public IReadOnlyList<string> Trained { get; init; } = [];
}

/// <summary>Low-rank adapters (Hu et al. 2021, arXiv:2106.09685); exported packs have them merged into the weights.</summary>
internal sealed record LoraSettings
{
    /// <summary>0: no adapters.</summary>
    [Range(0, 192)]
    public int Rank { get; init; }

    [Range(0.001, 10_000)]
    public double Alpha { get; init; } = 16;

    /// <summary>Patterns of projections that get one; whatever is not an adapter is frozen then, but for <c>optimization.trained</c>.</summary>
    public IReadOnlyList<string> Targets { get; init; } = ["*.query", "*.key", "*.value", "*.output", "*.expand", "*.contract"];
}

internal sealed record ContrastiveSettings
{
    public ContrastiveLoss Loss { get; init; }

    /// <summary>Weight beside the language loss in the stages that have one; the contrastive stage has no other loss.</summary>
    [Range(0, 100)]
    public double Weight { get; init; } = 0.2;

    /// <summary>For each sample so many of the samples most like it that say something else join its batch. 0: none.</summary>
    [Range(0, 64)]
    public int HardNegatives { get; init; }

    /// <summary>Steps between two searches for hard negatives.</summary>
    [Range(1, 1_000_000)]
    public long MineEverySteps { get; init; } = 200;

    /// <summary>Samples of each source among which they are searched.</summary>
    [Range(2, 1_000_000)]
    public int MineAmong { get; init; } = 10_000;
}

internal sealed record PictoSettings
{
    /// <summary>Training time over which the rate decays, instead of steps; 0 counts steps.</summary>
    [Range(0, 1_000_000)]
    public double Minutes { get; init; }

    /// <summary>Share of the run that trains on pictures alone, before language joins.</summary>
    [Range(0, 1)]
    public double VisionShare { get; init; } = 0.2;
}

internal sealed record CheckpointSettings
{
    [Range(1, 1_000_000_000)]
    public long EverySteps { get; init; } = 100;

    [Range(1, 1_000)]
    public int Keep { get; init; } = 3;
}

internal sealed record EvaluationSettings
{
    /// <summary>0: at the start and the end only.</summary>
    [Range(0, 1_000_000_000)]
    public long EverySteps { get; init; }

    /// <summary>Samples of the validation splits that are looked at.</summary>
    [Range(0, 1_000_000)]
    public int Samples { get; init; } = 200;

    /// <summary>Most tokens of an answer.</summary>
    [Range(1, 256)]
    public int AnswerTokens { get; init; } = 48;
}

internal sealed record MetricsSettings
{
    /// <summary>Steps whose mean makes a line of metrics.csv.</summary>
    [Range(1, 1_000_000)]
    public int EverySteps { get; init; } = 10;
}
