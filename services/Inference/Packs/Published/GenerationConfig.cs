using System.Text.Json;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>What <c>generation_config.json</c>, or in its silence <c>config.json</c>, says of answers.</summary>
internal sealed record GenerationConfig(IReadOnlyList<int> EndTokenIds, int? DecoderStartTokenId, GenerationDefaults Defaults)
{
    private const int LongestAnswer = 1 << 20;
    private const int UsualAnswer = 256;

    /// <param name="folder">The pack.</param>
    /// <param name="tokens">Has the end token where neither file does.</param>
    /// <param name="decoderConfig">The part of <c>config.json</c> that the decoder is described in, or the whole.</param>
    /// <exception cref="Errors.MeshException">PackInvalid: a field has the wrong form, or no end token is named anywhere.</exception>
    public static GenerationConfig Read(PublishedFolder folder, NamedTokens tokens, JsonFile decoderConfig)
    {
        var file = folder.Optional("generation_config.json");
        JsonFile[] sources = [.. new[] { file, folder.Config, decoderConfig }.OfType<JsonFile>()];
        var ends = sources.Select(source => Ids(source, "eos_token_id")).FirstOrDefault(ids => ids.Count > 0)
            ?? (tokens.Id("eos_token") is { } end ? [end] : throw folder.Config.Invalid("eos_token_id", "is missing, and neither generation_config.json nor the tokenizer names an end token"));
        if (ends.FirstOrDefault(id => id >= tokens.VocabularySize, -1) is >= 0 and var unknown)
        {
            throw (file ?? folder.Config).Invalid("eos_token_id", $"is {unknown}; {PackFiles.Tokenizer} has {tokens.VocabularySize} tokens");
        }

        var start = sources.Select(source => source.OptionalInteger("decoder_start_token_id", 0, int.MaxValue)).FirstOrDefault(id => id is not null)
            ?? sources.Select(source => source.OptionalInteger("bos_token_id", 0, int.MaxValue)).FirstOrDefault(id => id is not null);
        return new GenerationConfig(ends, start, file is null ? new GenerationDefaults() : ReadDefaults(file));
    }

    /// <summary>Length of an answer where a request names none.</summary>
    /// <param name="context">Positions of prompt and answer together.</param>
    /// <param name="promptLength">Of a prompt that is always the same; 0 where it is not.</param>
    public int MaxNewTokens(int context, int promptLength = 0)
    {
        var room = Math.Max(1, (context - promptLength) / (promptLength == 0 ? 2 : 1));
        var byLength = promptLength > 0 && EndsAt > promptLength ? EndsAt - promptLength : null;
        return Math.Clamp(Defaults.MaxNewTokens ?? byLength ?? UsualAnswer, 1, room);
    }

    private int? EndsAt => Defaults.MaxLength;

    private static GenerationDefaults ReadDefaults(JsonFile file) => new(
        file.Flag("do_sample"),
        Number(file, "temperature"),
        file.OptionalInteger("top_k", 0, int.MaxValue),
        Number(file, "top_p"),
        Number(file, "min_p"),
        Number(file, "repetition_penalty"),
        file.OptionalInteger("max_new_tokens", 1, LongestAnswer),
        file.OptionalInteger("max_length", 1, int.MaxValue));

    private static float? Number(JsonFile file, string field) => file.Optional(field) is null ? null : (float)file.Number(field, 0);

    private static IReadOnlyList<int> Ids(JsonFile file, string field) => file.Optional(field) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Number } => [file.Integer(field, 0, 0, int.MaxValue)],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(IsId) => [.. list.EnumerateArray().Select(id => id.GetInt32())],
        _ => throw file.Invalid(field, "is neither an id nor a list of ids"),
    };

    private static bool IsId(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id >= 0;
}
