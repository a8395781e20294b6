using System.Text.Json;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Reads <c>tokenizer.json</c>. Fields without influence on ids are ignored; a kind of step that is not known is refused by name.</summary>
internal static class TokenizerFile
{
    private const long LargestFile = 256L * 1024 * 1024;

    /// <summary>Ids may leave gaps, but a table by id must not be many times larger than the file.</summary>
    private const int LargestGap = 1 << 20;

    public static TokenizerDefinition Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestFile } file)
            {
                throw new MeshException(ErrorReason.PackInvalid, $"{path}: {file.Length} bytes are too many; at most {LargestFile} are read.");
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(new JsonField(path, "", document.RootElement));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: cannot be read as JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: a name of a field is not valid text: {e.Message}", e);
        }
    }

    private static TokenizerDefinition Read(JsonField root)
    {
        List<AddedToken> addedTokens = [.. (root.Find("added_tokens")?.Items() ?? []).Select(ReadAddedToken)];
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        addedTokens.ForEach(t => ids[t.Content] = t.Id);
        var control = addedTokens.Where(t => t.Special).Select(t => t.Id).ToHashSet();
        var (model, vocabulary) = new ModelReader(ids, control).Read(root.Get("model"));
        var size = Math.Max(vocabulary.Values.Max(), ids.Values.DefaultIfEmpty().Max()) + 1;
        if (size > (4L * (vocabulary.Count + ids.Count)) + LargestGap)
        {
            throw root.Get("model").Invalid($"and added_tokens have {vocabulary.Count + ids.Count} tokens and the id {size - 1}; ids may not leave gaps that large");
        }

        var preTokenizer = TextStepReader.ReadPreTokenizer(root.Find("pre_tokenizer"));
        var surroundings = Surroundings.Read(root.Find("post_processor"));
        if (surroundings.Prefix.Concat(surroundings.Suffix).Any(id => id >= size))
        {
            throw root.Get("post_processor").Invalid($"adds an id that no token has; the highest is {size - 1}");
        }

        return new TokenizerDefinition(
            model,
            vocabulary,
            addedTokens,
            size,
            TextStepReader.ReadNormalizer(root.Find("normalizer")),
            preTokenizer,
            surroundings,
            root.Find("decoder") is null && preTokenizer.SpellsBytes
                ? [next => new ByteLevelStage { Next = next }]
                : DecoderReader.Read(root.Find("decoder")));
    }

    private static AddedToken ReadAddedToken(JsonField token) => new(
        token.Get("id").Integer(),
        token.Get("content").Text(),
        token.Flag("special"),
        token.Flag("normalized"),
        token.Flag("single_word"),
        token.Flag("lstrip"),
        token.Flag("rstrip"));
}

/// <summary>What a <c>tokenizer.json</c> says.</summary>
/// <param name="Size">The highest id of all tokens plus one.</param>
/// <param name="Decoder">Makers of the decoder's stages, each given the stage that follows.</param>
internal sealed record TokenizerDefinition(
    TokenModel Model,
    Dictionary<string, int> Vocabulary,
    IReadOnlyList<AddedToken> AddedTokens,
    int Size,
    Normalizer Normalizer,
    PreTokenizer PreTokenizer,
    Surroundings Surroundings,
    IReadOnlyList<Func<DecoderStage, DecoderStage>> Decoder);
