using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>The tokens that <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> give a role, checked against <c>tokenizer.json</c>.</summary>
internal sealed class NamedTokens
{
    private static readonly string[] Roles = ["bos_token", "eos_token", "unk_token", "pad_token"];

    private readonly PublishedFolder _folder;
    private readonly Tokenizer _tokenizer;
    private readonly JsonFile? _config;
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    private NamedTokens(PublishedFolder folder, Tokenizer tokenizer)
    {
        _folder = folder;
        _tokenizer = tokenizer;
        _config = folder.Optional("tokenizer_config.json");
        foreach (var file in new[] { _config, folder.Optional("special_tokens_map.json") }.OfType<JsonFile>())
        {
            foreach (var role in Roles)
            {
                if (TextOf(file, role) is { } text)
                {
                    Check(file, role, text);
                    _texts.TryAdd(role, text);
                }
            }
        }
    }

    /// <summary>Role to text, such as <c>eos_token</c> to <c>&lt;/s&gt;</c>.</summary>
    public IReadOnlyDictionary<string, string> Texts => _texts;

    /// <summary>The tokenizer's highest id plus one.</summary>
    public int VocabularySize => _tokenizer.VocabularySize;

    /// <summary>Tokens that the tokenizer's model reads; null where nothing sensible is said.</summary>
    public int? ModelMaxLength =>
        _config?.Optional("model_max_length") is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var length) && length > 0 ? length : null;

    /// <exception cref="MeshException">PackInvalid: a role is given to a token that the tokenizer does not have.</exception>
    public static NamedTokens Read(PublishedFolder folder, Tokenizer tokenizer) => new(folder, tokenizer);

    public int? Id(string role) => _texts.TryGetValue(role, out var text) ? _tokenizer.TokenId(text) : null;

    /// <summary>The id of a special token that the family cannot do without.</summary>
    /// <param name="role">A field of <c>tokenizer_config.json</c> that may name another token.</param>
    /// <param name="text">The token where that field is absent.</param>
    /// <exception cref="MeshException">PackInvalid: the tokenizer does not have it.</exception>
    public string RequireSpecial(string role, string text)
    {
        text = _config is { } config ? TextOf(config, role) ?? text : text;
        return _tokenizer.TokenId(text) is { } id && _tokenizer.IsSpecial(id)
            ? text
            : throw new MeshException(ErrorReason.PackInvalid, $"{_folder.FilePath(PackFiles.Tokenizer)}: added_tokens lacks the special token '{text}' ({role}).");
    }

    private static string? TextOf(JsonFile file, string role) => file.Optional(role) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Object } token when token.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String => content.GetString(),
        _ => throw file.Invalid(role, "is neither a string nor an object with content"),
    };

    private void Check(JsonFile file, string role, string text)
    {
        if (_tokenizer.TokenId(text) is null)
        {
            throw file.Invalid(role, $"is '{text}', which {PackFiles.Tokenizer} does not have");
        }
    }
}
