using System.Security.Cryptography;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs;

/// <summary>A model pack: a folder with <c>pack.json</c> and the files it lists. Holds everything but the ONNX sessions. Safe for concurrent use.</summary>
public sealed class ModelPack
{
    private readonly PackManifest _manifest;

    private ModelPack(string directory, PackManifest manifest, Tokenizer tokenizer, PicturePreprocessor? preprocessor)
    {
        Directory = directory;
        _manifest = manifest;
        Tokenizer = tokenizer;
        Preprocessor = preprocessor;
        if (manifest.Chat is { } chat)
        {
            EndTokenId = TokenId("chat.end", chat.End);
            ChatPrompt = new ChatPrompt(
                new ChatTokens(
                    TokenId("chat.user", chat.User),
                    TokenId("chat.assistant", chat.Assistant),
                    EndTokenId.Value,
                    chat.System is null ? null : TokenId("chat.system", chat.System),
                    chat.DescribePrompt),
                tokenizer, manifest.Context, manifest.ImageTokens, manifest.MaxImages);
        }
    }

    /// <summary>Full path of the pack's folder.</summary>
    public string Directory { get; }

    public string Name => _manifest.Name;

    public string Version => _manifest.Version;

    /// <summary><c>name@version</c>: what answers and caches are marked with.</summary>
    public string Id => $"{Name}@{Version}";

    public string License => _manifest.License;

    public string Description => _manifest.Description;

    /// <summary>Values of <see cref="PackCapabilities"/>.</summary>
    public IReadOnlyList<string> Capabilities => _manifest.Capabilities;

    /// <summary>What the pack was trained for: describe, answer, chat, search.</summary>
    public IReadOnlyList<string> Skills => _manifest.Skills;

    /// <summary>Length of an embedding; 0 for a pack without.</summary>
    public int Dimensions => _manifest.Dimensions;

    /// <summary>Positions of prompt and answer together; 0 for a pack without chat.</summary>
    public int ContextLength => _manifest.Context;

    /// <summary>Tokens that the text encoder reads; more are cut off.</summary>
    public int TextContextLength => _manifest.TextContext;

    /// <summary>Positions that a picture takes in a prompt.</summary>
    public int ImageTokens => _manifest.ImageTokens;

    /// <summary>Pictures in one prompt.</summary>
    public int MaxImages => _manifest.MaxImages;

    /// <summary>Length of an answer where the request names none, in tokens.</summary>
    public int DefaultMaxNewTokens => _manifest.DefaultMaxNewTokens;

    public Tokenizer Tokenizer { get; }

    /// <summary>Null for a pack without <c>image-embedding</c>.</summary>
    public PicturePreprocessor? Preprocessor { get; }

    /// <summary>Null for a pack without <c>chat</c>.</summary>
    public ChatPrompt? ChatPrompt { get; }

    /// <summary>The token that ends an answer; null for a pack without <c>chat</c>.</summary>
    public int? EndTokenId { get; }

    public bool Has(string capability) => Capabilities.Contains(capability);

    /// <summary>Full path of a file of the pack.</summary>
    public string FilePath(string relativePath) => Path.Combine(Directory, relativePath);

    /// <summary>Reads a pack's folder and verifies its files.</summary>
    /// <param name="directory">The folder with <c>pack.json</c>.</param>
    /// <param name="verifyChecksums">Compare SHA-256 too, not sizes only.</param>
    /// <exception cref="MeshException">PackInvalid: names the file and the field.</exception>
    public static ModelPack Load(string directory, bool verifyChecksums = true)
    {
        directory = Path.GetFullPath(directory);
        var manifest = PackManifest.Read(Path.Combine(directory, PackFiles.Manifest));
        foreach (var file in manifest.Files)
        {
            Verify(directory, file, verifyChecksums);
        }

        foreach (var needed in NeededFiles(manifest))
        {
            if (!manifest.Files.Any(f => f.Path == needed))
            {
                throw new MeshException(
                    ErrorReason.PackInvalid,
                    $"{Path.Combine(directory, PackFiles.Manifest)}: files does not list '{needed}', which capabilities '{string.Join(", ", manifest.Capabilities)}' need.");
            }
        }

        var tokenizer = Tokenizer.Load(Path.Combine(directory, PackFiles.Tokenizer));
        var preprocessor = manifest.Capabilities.Contains(PackCapabilities.ImageEmbedding)
            ? PicturePreprocessor.Load(Path.Combine(directory, PackFiles.Preprocessor))
            : null;
        return new ModelPack(directory, manifest, tokenizer, preprocessor);
    }

    private static IEnumerable<string> NeededFiles(PackManifest manifest)
    {
        yield return PackFiles.Tokenizer;
        if (manifest.Capabilities.Contains(PackCapabilities.ImageEmbedding))
        {
            yield return PackFiles.Preprocessor;
            yield return PackFiles.Vision;
        }

        if (manifest.Capabilities.Contains(PackCapabilities.TextEmbedding))
        {
            yield return PackFiles.Text;
        }

        if (manifest.Capabilities.Contains(PackCapabilities.Chat))
        {
            yield return PackFiles.Decoder;
        }
    }

    private static void Verify(string directory, PackFile file, bool verifyChecksum)
    {
        var path = Path.Combine(directory, file.Path);
        var info = new FileInfo(path);
        if (!info.Exists)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: the file is missing; pack.json lists it.");
        }

        if (info.Length != file.Bytes)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: has {info.Length} bytes; pack.json says {file.Bytes}.");
        }

        if (verifyChecksum)
        {
            using var stream = info.OpenRead();
            var actual = Convert.ToHexStringLower(SHA256.HashData(stream));
            if (actual != file.Sha256)
            {
                throw new MeshException(ErrorReason.PackInvalid, $"{path}: has SHA-256 {actual}; pack.json says {file.Sha256}.");
            }
        }
    }

    private int TokenId(string field, string token) => Tokenizer.TokenId(token) is { } id && Tokenizer.IsSpecial(id)
        ? id
        : throw new MeshException(
            ErrorReason.PackInvalid, $"{FilePath(PackFiles.Manifest)}: {field} is '{token}', which is not a special token of {PackFiles.Tokenizer}.");
}
