using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs;

/// <summary>Everything that is known of a pack without its sessions, in whatever form its folder says it.</summary>
internal sealed record PackDefinition
{
    /// <summary>The file that the facts are from, for messages.</summary>
    public required string SourceName { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    public string License { get; init; } = "";

    public string Description { get; init; } = "";

    public required IReadOnlyList<string> Capabilities { get; init; }

    public IReadOnlyList<string> Skills { get; init; } = [];

    public int Dimensions { get; init; }

    public int ContextLength { get; init; }

    public int ImageTokens { get; init; }

    public int MaxImages { get; init; }

    public int DefaultMaxNewTokens { get; init; } = 1;

    public IReadOnlyList<int> EndTokenIds { get; init; } = [];

    public GenerationDefaults Generation { get; init; } = new();

    public AnswerCalibration? Calibration { get; init; }

    public PictureInput PictureInput { get; init; }

    public required Tokenizer Tokenizer { get; init; }

    /// <summary>Null for a pack that reads no text to embed.</summary>
    public TextInput? TextInput { get; init; }

    public PicturePreprocessor? Preprocessor { get; init; }

    public IChatPrompt? ChatPrompt { get; init; }

    /// <summary>From the names in <see cref="PackFiles"/> to where the files really lie; what is not in it lies where its name says.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();
}
