using System.Text.Json;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Reads the <c>model</c> of a <c>tokenizer.json</c>.</summary>
/// <param name="addedTokens">Added tokens and their ids: the unknown token may be one of them only.</param>
/// <param name="control">Ids of control tokens.</param>
internal sealed class ModelReader(IReadOnlyDictionary<string, int> addedTokens, IReadOnlySet<int> control)
{
    private const int LongestPiece = 1024;

    public (TokenModel Model, Dictionary<string, int> Vocabulary) Read(JsonField model)
    {
        switch (model.Text("type") ?? Guess(model))
        {
            case "BPE":
                var pairs = ReadBytePair(model);
                return (new BytePairModel(pairs, control), pairs.Vocabulary);
            case "Unigram":
                var unigram = ReadUnigram(model);
                return (new UnigramModel(unigram, control), unigram.Vocabulary);
            case var other:
                throw (model.Find("type") ?? model).Unsupported(other, "BPE, Unigram");
        }
    }

    /// <summary>Files of the first years have no type; merges are only in BPE, and a list of pieces with scores is only in Unigram.</summary>
    private static string Guess(JsonField model) =>
        model.Find("merges") is not null ? "BPE"
        : model.Find("vocab") is { Value.ValueKind: JsonValueKind.Array } ? "Unigram"
        : model.Get("type").Text();

    private BytePairDefinition ReadBytePair(JsonField model)
    {
        var vocab = model.Get("vocab");
        if (vocab.Value.ValueKind != JsonValueKind.Object)
        {
            throw vocab.Invalid("is not an object");
        }

        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        foreach (var entry in vocab.Value.EnumerateObject())
        {
            vocabulary[entry.Name] = JsonField.TryInteger(entry.Value)
                ?? throw new JsonField(vocab.File, $"model.vocab[\"{entry.Name}\"]", entry.Value).Invalid(JsonField.NoInteger);
        }

        if (vocabulary.Count == 0)
        {
            throw vocab.Invalid("is empty");
        }

        var prefix = model.Text("continuing_subword_prefix") ?? "";
        int? unknown = null;
        if (model.Find("unk_token") is { } token && token.Text() is { Length: > 0 } name)
        {
            unknown = vocabulary.TryGetValue(name, out var id) || addedTokens.TryGetValue(name, out id)
                ? id
                : throw token.Invalid($"'{name}' is neither in model.vocab nor in added_tokens");
        }

        return new BytePairDefinition(
            vocabulary,
            model.Find("merges") is { } merges ? ReadMerges(merges, vocabulary, prefix.Length) : [],
            prefix,
            model.Text("end_of_word_suffix") ?? "",
            unknown,
            model.Flag("fuse_unk"),
            model.Flag("ignore_merges"),
            model.Flag("byte_fallback"));
    }

    private static List<(int Left, int Right, int Merged)> ReadMerges(JsonField merges, Dictionary<string, int> vocabulary, int prefixLength)
    {
        List<(int Left, int Right, int Merged)> result = [];
        foreach (var merge in merges.Items())
        {
            string[] parts;
            if (merge.Value.ValueKind == JsonValueKind.Array)
            {
                parts = [.. merge.Items().Select(p => p.Text())];
            }
            else if (merge.Text() is var line && !line.StartsWith("#version", StringComparison.Ordinal))
            {
                parts = line.Split(' ');
            }
            else
            {
                continue;
            }

            if (parts.Length != 2 || parts[1].Length < prefixLength)
            {
                throw merge.Invalid("is not a pair of tokens");
            }

            result.Add((Look(merge, parts[0]), Look(merge, parts[1]), Look(merge, parts[0] + parts[1][prefixLength..])));
        }

        return result;

        int Look(JsonField merge, string token) =>
            vocabulary.TryGetValue(token, out var id) ? id : throw merge.Invalid($"names '{token}', which is not in model.vocab");
    }

    private static UnigramDefinition ReadUnigram(JsonField model)
    {
        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        List<double> scores = [];
        var vocab = model.Get("vocab");
        foreach (var entry in vocab.Items())
        {
            if (entry.Value.ValueKind != JsonValueKind.Array || entry.Value.GetArrayLength() != 2)
            {
                throw entry.Invalid("is not a pair of a piece and its score");
            }

            var piece = new JsonField(entry.File, entry.Name + "[0]", entry.Value[0]);
            vocabulary[piece.Text()] = piece.Text().Length <= LongestPiece
                ? scores.Count
                : throw piece.Invalid($"is longer than {LongestPiece} characters");
            scores.Add(new JsonField(entry.File, entry.Name + "[1]", entry.Value[1]).Number());
        }

        if (scores.Count == 0)
        {
            throw vocab.Invalid("is empty");
        }

        var unknown = model.Find("unk_id");
        if (unknown?.Integer() >= scores.Count)
        {
            throw unknown.Value.Invalid($"is {unknown.Value.Integer()}; model.vocab has {scores.Count} pieces");
        }

        return new UnigramDefinition(vocabulary, [.. scores], unknown?.Integer(), model.Flag("byte_fallback"));
    }
}
