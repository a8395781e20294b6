using System.Text.Json;
using System.Text.RegularExpressions;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Reads <c>tokenizer.json</c>. Fields without influence on ids are ignored; a kind of step that is not known is refused by name.</summary>
internal sealed class TokenizerFile
{
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly JsonElement _root;

    private TokenizerFile(string path, JsonElement root)
    {
        _path = path;
        _root = root;
    }

    public static TokenizerDefinition Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return new TokenizerFile(path, document.RootElement).Read();
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: cannot be read as JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: a field is missing or has the wrong type: {e.Message}", e);
        }
    }

    private TokenizerDefinition Read()
    {
        if (_root.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("", "is not an object");
        }

        var addedTokens = Property(_root, "added_tokens") is { } tokens ? tokens.EnumerateArray().Select(ReadAddedToken).ToList() : [];
        var model = ReadModel(addedTokens);
        var preTokenizer = ReadPreTokenizer(Property(_root, "pre_tokenizer"), "pre_tokenizer", out var bytes);
        if (!bytes)
        {
            throw Invalid("pre_tokenizer", "has no ByteLevel step; only byte-level BPE is supported");
        }

        List<Func<string, string>> normalizers = [];
        ReadNormalizer(Property(_root, "normalizer"), "normalizer", normalizers);
        var (prefix, suffix) = ReadPostProcessor(Property(_root, "post_processor"), "post_processor");
        if (Property(_root, "decoder") is { } decoder && Type(decoder, "decoder") is var kind and not "ByteLevel")
        {
            throw Unsupported("decoder.type", kind, "ByteLevel");
        }

        return new TokenizerDefinition(model, addedTokens, new Normalizer(normalizers), preTokenizer, prefix, suffix);
    }

    private BytePairDefinition ReadModel(List<AddedToken> addedTokens)
    {
        var model = Property(_root, "model") ?? throw Invalid("model", "is missing");
        if (Type(model, "model") is var type and not "BPE")
        {
            throw Unsupported("model.type", type, "BPE");
        }

        if (Text(model, "continuing_subword_prefix") is { Length: > 0 } prefix)
        {
            throw Unsupported("model.continuing_subword_prefix", prefix, "none");
        }

        if (Property(model, "vocab") is not { ValueKind: JsonValueKind.Object } vocab || !vocab.EnumerateObject().Any())
        {
            throw Invalid("model.vocab", "is missing or empty");
        }

        var vocabulary = vocab.EnumerateObject().ToDictionary(p => p.Name, p => Id(p.Value, $"model.vocab[\"{p.Name}\"]"), StringComparer.Ordinal);
        var merges = Property(model, "merges") is { } list ? list.EnumerateArray().Select((m, i) => ReadMerge(m, i, vocabulary)).ToList() : [];
        var unknown = Text(model, "unk_token") is { Length: > 0 } token
            ? vocabulary.TryGetValue(token, out var id) ? id : throw Invalid("model.unk_token", $"'{token}' is not in model.vocab")
            : (int?)null;
        if (Flag(model, "ignore_merges"))
        {
            // A special token that stands in a user's text must not be found as a whole word.
            vocabulary = new Dictionary<string, int>(vocabulary, StringComparer.Ordinal);
            addedTokens.ForEach(t => vocabulary.Remove(t.Content));
        }

        return new BytePairDefinition(vocabulary, merges, Text(model, "end_of_word_suffix") ?? "", unknown, Flag(model, "fuse_unk"), Flag(model, "ignore_merges"));
    }

    private (int Left, int Right, int Merged) ReadMerge(JsonElement merge, int index, Dictionary<string, int> vocabulary)
    {
        var parts = merge.ValueKind == JsonValueKind.Array
            ? [.. merge.EnumerateArray().Select(p => p.GetString() ?? "")]
            : (merge.GetString() ?? "").Split(' ');
        if (parts.Length != 2)
        {
            throw Invalid($"model.merges[{index}]", "is not a pair of tokens");
        }

        return (Look(parts[0]), Look(parts[1]), Look(parts[0] + parts[1]));

        int Look(string token) =>
            vocabulary.TryGetValue(token, out var id) ? id : throw Invalid($"model.merges[{index}]", $"names '{token}', which is not in model.vocab");
    }

    private AddedToken ReadAddedToken(JsonElement token, int index) => new(
        Id(Property(token, "id") ?? throw Invalid($"added_tokens[{index}].id", "is missing"), $"added_tokens[{index}].id"),
        Text(token, "content") ?? throw Invalid($"added_tokens[{index}].content", "is missing"),
        Flag(token, "special"),
        Flag(token, "normalized"),
        Flag(token, "single_word"),
        Flag(token, "lstrip"),
        Flag(token, "rstrip"));

    private PreTokenizer ReadPreTokenizer(JsonElement? element, string field, out bool bytes)
    {
        bytes = false;
        if (element is not { } step)
        {
            return new PreTokenizerSequence([]);
        }

        switch (Type(step, field))
        {
            case "ByteLevel":
                bytes = true;
                return new ByteLevelPreTokenizer(Flag(step, "add_prefix_space", true), Flag(step, "use_regex", true));
            case "Digits":
                return new DigitsPreTokenizer(Flag(step, "individual_digits"));
            case "Split":
                var behavior = Text(step, "behavior") ?? "";
                return Enum.TryParse<SplitBehavior>(behavior, out var known)
                    ? new SplitPreTokenizer(ReadPattern(step, field), known, Flag(step, "invert"))
                    : throw Unsupported($"{field}.behavior", behavior, string.Join(", ", Enum.GetNames<SplitBehavior>()));
            case "Sequence":
                List<PreTokenizer> steps = [];
                foreach (var (child, index) in Children(step, field, "pretokenizers"))
                {
                    steps.Add(ReadPreTokenizer(child, $"{field}.pretokenizers[{index}]", out var childBytes));
                    bytes |= childBytes;
                }

                return new PreTokenizerSequence(steps);
            case var other:
                throw Unsupported($"{field}.type", other, "ByteLevel, Digits, Split, Sequence");
        }
    }

    private void ReadNormalizer(JsonElement? element, string field, List<Func<string, string>> steps)
    {
        if (element is not { } step)
        {
            return;
        }

        switch (Type(step, field))
        {
            case "Lowercase":
                steps.Add(Normalizer.Lowercase);
                break;
            case "Replace":
                steps.Add(Normalizer.Replace(ReadPattern(step, field), Text(step, "content") ?? ""));
                break;
            case "Sequence":
                foreach (var (child, index) in Children(step, field, "normalizers"))
                {
                    ReadNormalizer(child, $"{field}.normalizers[{index}]", steps);
                }

                break;
            case var other:
                throw Unsupported($"{field}.type", other, "Lowercase, Replace, Sequence");
        }
    }

    private (int[] Prefix, int[] Suffix) ReadPostProcessor(JsonElement? element, string field)
    {
        if (element is not { } step)
        {
            return ([], []);
        }

        switch (Type(step, field))
        {
            case "ByteLevel":
                return ([], []);
            case "RobertaProcessing" or "BertProcessing":
                return ([step.GetProperty("cls")[1].GetInt32()], [step.GetProperty("sep")[1].GetInt32()]);
            case "TemplateProcessing":
                return ReadTemplate(step, field);
            case "Sequence":
                var all = Children(step, field, "processors").Select(c => ReadPostProcessor(c.Child, $"{field}.processors[{c.Index}]")).ToList();
                return ([.. all.SelectMany(p => p.Prefix)], [.. all.SelectMany(p => p.Suffix)]);
            case var other:
                throw Unsupported($"{field}.type", other, "ByteLevel, RobertaProcessing, BertProcessing, TemplateProcessing, Sequence");
        }
    }

    private (int[] Prefix, int[] Suffix) ReadTemplate(JsonElement step, string field)
    {
        List<int> prefix = [];
        List<int> suffix = [];
        var current = prefix;
        foreach (var (item, index) in Children(step, field, "single"))
        {
            if (Property(item, "Sequence") is not null)
            {
                current = suffix;
                continue;
            }

            var name = Property(item, "SpecialToken") is { } token ? Text(token, "id") : null;
            if (name is null || Property(step, "special_tokens") is not { } table || Property(table, name) is not { } entry)
            {
                throw Invalid($"{field}.single[{index}]", "names no entry of special_tokens");
            }

            current.AddRange(entry.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
        }

        return ([.. prefix], [.. suffix]);
    }

    private Regex ReadPattern(JsonElement step, string field)
    {
        var pattern = Property(step, "pattern") ?? throw Invalid($"{field}.pattern", "is missing");
        var expression = Text(pattern, "Regex") ?? (Text(pattern, "String") is { } literal ? Regex.Escape(literal) : null);
        try
        {
            return new Regex(
                expression ?? throw Invalid($"{field}.pattern", "has neither Regex nor String"), RegexOptions.CultureInvariant | RegexOptions.Compiled, RegexTimeout);
        }
        catch (ArgumentException e)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{_path}: {field}.pattern: {e.Message}", e);
        }
    }

    private IEnumerable<(JsonElement Child, int Index)> Children(JsonElement step, string field, string name) =>
        (Property(step, name) ?? throw Invalid($"{field}.{name}", "is missing")).EnumerateArray().Select((child, index) => (child, index));

    private string Type(JsonElement element, string field) => Text(element, "type") ?? throw Invalid($"{field}.type", "is missing");

    private int Id(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var id) && id is >= 0 and < 16_777_216
            ? id
            : throw Invalid(field, "is not an id between 0 and 16777215");

    private static JsonElement? Property(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement element, string name) => Property(element, name)?.GetString();

    private static bool Flag(JsonElement element, string name, bool fallback = false) => Property(element, name)?.GetBoolean() ?? fallback;

    private MeshException Invalid(string field, string what) => new(ErrorReason.PackInvalid, $"{_path}: {field} {what}.");

    private MeshException Unsupported(string field, string value, string supported) =>
        new(ErrorReason.PackInvalid, $"{_path}: {field} '{value}' is not supported; supported: {supported}.");
}
