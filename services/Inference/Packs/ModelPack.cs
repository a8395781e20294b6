using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Constraints;
using MultiModalMesh.Inference.Packs.Published;
using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs;

/// <summary>
/// A model pack: a folder with <c>pack.json</c> and the files it lists, or one as it is published on a hub. Holds everything but the ONNX
/// sessions. Safe for concurrent use.
/// </summary>
public sealed class ModelPack
{
    private static long _readings;

    private readonly PackDefinition _definition;

    private ModelPack(string directory, PackDefinition definition)
    {
        Directory = directory;
        _definition = definition;
        Constraints = new ConstraintCache(definition.Tokenizer);
    }

    /// <summary>Full path of the pack's folder.</summary>
    public string Directory { get; }

    public string Name => _definition.Name;

    /// <summary>Of a pack with <c>pack.json</c> what that says; of a published one a hash of its files.</summary>
    public string Version => _definition.Version;

    /// <summary><c>name@version</c>: what answers and caches are marked with.</summary>
    public string Id => $"{Name}@{Version}";

    /// <summary>Tells two readings of a folder apart, whose files may differ under the same version.</summary>
    public long Reading { get; } = Interlocked.Increment(ref _readings);

    /// <summary>Empty where the folder says nothing.</summary>
    public string License => _definition.License;

    public string Description => _definition.Description;

    /// <summary>Values of <see cref="PackCapabilities"/>.</summary>
    public IReadOnlyList<string> Capabilities => _definition.Capabilities;

    /// <summary>What the pack was trained for: describe, answer, chat, search.</summary>
    public IReadOnlyList<string> Skills => _definition.Skills;

    /// <summary>Length of an embedding; 0 for a pack without.</summary>
    public int Dimensions => _definition.Dimensions;

    /// <summary>Positions of prompt and answer together; 0 for a pack without a decoder.</summary>
    public int ContextLength => _definition.ContextLength;

    /// <summary>Tokens that the text encoder reads; more are cut off. 0 for a pack without.</summary>
    public int TextContextLength => _definition.TextInput?.MaxLength ?? 0;

    /// <summary>Positions that a view of a picture takes in a prompt; 0 where it takes none, or there are no pictures.</summary>
    public int ImageTokens => _definition.ImageTokens;

    /// <summary>Pictures in one prompt.</summary>
    public int MaxImages => _definition.MaxImages;

    /// <summary>How the decoder sees pictures.</summary>
    public PictureInput PictureInput => _definition.PictureInput;

    /// <summary>Length of an answer where the request names none, in tokens.</summary>
    public int DefaultMaxNewTokens => _definition.DefaultMaxNewTokens;

    /// <summary>How the publisher generates where a request says nothing.</summary>
    public GenerationDefaults Generation => _definition.Generation;

    /// <summary>How sure answers about pictures are; null for a pack that does not say.</summary>
    public AnswerCalibration? Calibration => _definition.Calibration;

    public Tokenizer Tokenizer => _definition.Tokenizer;

    /// <summary>What answers of this pack can be held to.</summary>
    public ConstraintCache Constraints { get; }

    /// <summary>Whether the decoder goes on from a prompt that is text and nothing else; false for a pack without one, too.</summary>
    public bool CompletesPrompts => EndTokenIds.Count > 0 && PictureInput != PictureInput.EncoderStates;

    /// <summary>Null for a pack without a vision encoder.</summary>
    public PicturePreprocessor? Preprocessor => _definition.Preprocessor;

    /// <summary>Null for a pack without <c>chat</c>.</summary>
    public IChatPrompt? ChatPrompt => _definition.ChatPrompt;

    /// <summary>The tokens that end an answer, any of them; empty for a pack without a decoder.</summary>
    public IReadOnlyList<int> EndTokenIds => _definition.EndTokenIds;

    /// <summary>The first of <see cref="EndTokenIds"/>; null for a pack without a decoder.</summary>
    public int? EndTokenId => EndTokenIds.Count > 0 ? EndTokenIds[0] : null;

    /// <summary>Null for a pack without <c>text-embedding</c>.</summary>
    internal TextInput? TextInput => _definition.TextInput;

    /// <summary>The file that says what the pack is, for messages.</summary>
    internal string SourceName => _definition.SourceName;

    public bool Has(string capability) => Capabilities.Contains(capability);

    /// <summary>The layout of conversations.</summary>
    /// <exception cref="MeshException">CapabilityMissing: the pack is no dialogue partner.</exception>
    public IChatPrompt RequireChatPrompt() => ChatPrompt ?? throw new MeshException(
        ErrorReason.CapabilityMissing,
        Has(PackCapabilities.Completion)
            ? $"The model '{Name}' has no chat template: it completes raw prompts only."
            : $"The model '{Name}' does not offer {PackCapabilities.Chat}; it offers {string.Join(", ", Capabilities)}.");

    /// <summary>Rows of features that the vision encoder gives for a picture.</summary>
    public int FeatureTokens(PictureGrid grid) => ImageTokens * grid.Views;

    /// <summary>Full path of a file of the pack.</summary>
    /// <param name="relativePath">One of <see cref="PackFiles"/>, wherever this pack has it, or a path within the folder.</param>
    public string FilePath(string relativePath) => Path.Combine(Directory, _definition.Files.GetValueOrDefault(relativePath, relativePath));

    /// <summary>Reads a pack's folder and verifies its files.</summary>
    /// <param name="directory">The folder with <c>pack.json</c>, or with <c>config.json</c> and graphs.</param>
    /// <param name="verifyChecksums">Compare the SHA-256 in <c>pack.json</c> too, not sizes only.</param>
    /// <param name="variant">Of a published pack: <see cref="InferenceOptions.Variant"/>.</param>
    /// <param name="device">Where it is to run; decides what <c>auto</c> means.</param>
    /// <exception cref="MeshException">PackInvalid: names the file and the field.</exception>
    public static ModelPack Load(string directory, bool verifyChecksums = true, string variant = GraphVariant.Auto, string device = "cpu")
    {
        directory = Path.GetFullPath(directory);
        return new ModelPack(directory, PublishedFolder.Is(directory) ? PublishedPack.Read(directory, variant, device) : ManifestPack.Read(directory, verifyChecksums));
    }
}
