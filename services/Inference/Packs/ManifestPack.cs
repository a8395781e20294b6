using System.Security.Cryptography;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs;

/// <summary>Reads a pack that has a <c>pack.json</c>.</summary>
internal static class ManifestPack
{
    /// <param name="directory">Full path of the folder.</param>
    /// <param name="verifyChecksums">Compare SHA-256 too, not sizes only.</param>
    /// <exception cref="MeshException">PackInvalid: names the file and the field.</exception>
    public static PackDefinition Read(string directory, bool verifyChecksums)
    {
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
                    $"{Path.Combine(directory, PackFiles.Manifest)}: files does not list '{needed}', which {(needed == PackFiles.Familiarity ? "calibration.familiar needs" : $"capabilities '{string.Join(", ", manifest.Capabilities)}' need")}.");
            }
        }

        var tokenizer = Tokenizer.Load(Path.Combine(directory, PackFiles.Tokenizer));
        var chat = manifest.Chat is { } format ? ChatTokensOf(format, tokenizer, directory) : null;
        return new PackDefinition
        {
            SourceName = PackFiles.Manifest,
            Name = manifest.Name,
            Version = manifest.Version,
            License = manifest.License,
            Description = manifest.Description,
            Capabilities = manifest.Capabilities,
            Skills = manifest.Skills,
            Dimensions = manifest.Dimensions,
            ContextLength = manifest.Context,
            ImageTokens = manifest.ImageTokens,
            MaxImages = manifest.MaxImages,
            DefaultMaxNewTokens = manifest.DefaultMaxNewTokens,
            EndTokenIds = chat is null ? [] : [chat.End],
            PictureInput = chat is not null && manifest.MaxImages > 0 ? PictureInput.Positions : PictureInput.None,
            Calibration = manifest.Calibration,
            Tokenizer = tokenizer,
            TextInput = new TextInput(tokenizer, manifest.TextContext),
            Preprocessor = manifest.Capabilities.Contains(PackCapabilities.ImageEmbedding)
                ? PicturePreprocessor.Load(Path.Combine(directory, PackFiles.Preprocessor))
                : null,
            ChatPrompt = chat is null ? null : new ChatPrompt(chat, tokenizer, manifest.Context, manifest.ImageTokens, manifest.MaxImages),
        };
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

        if (manifest.Calibration?.Familiar is not null)
        {
            yield return PackFiles.Familiarity;
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

    private static ChatTokens ChatTokensOf(ChatFormat format, Tokenizer tokenizer, string directory)
    {
        var (end, user, assistant) = (Id("chat.end", format.End), Id("chat.user", format.User), Id("chat.assistant", format.Assistant));
        return new ChatTokens(user, assistant, end, format.System is null ? null : Id("chat.system", format.System), format.DescribePrompt);

        int Id(string field, string token) => tokenizer.TokenId(token) is { } id && tokenizer.IsSpecial(id)
            ? id
            : throw new MeshException(
                ErrorReason.PackInvalid,
                $"{Path.Combine(directory, PackFiles.Manifest)}: {field} is '{token}', which is not a special token of {PackFiles.Tokenizer}.");
    }
}
