using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// Text to token ids and back, as a Hugging Face <c>tokenizer.json</c> describes it. Byte-level BPE for now; another model type is refused at load.
/// Safe for concurrent use.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerDefinition _definition;
    private readonly BytePairModel _model;
    private readonly AddedTokens _rawTokens;
    private readonly AddedTokens _normalizedTokens;
    private readonly FrozenDictionary<string, int> _ids;
    private readonly FrozenSet<int> _special;
    private readonly byte[]?[] _bytes;

    internal Tokenizer(TokenizerDefinition definition)
    {
        _definition = definition;
        _model = new BytePairModel(definition.Model);
        _rawTokens = new AddedTokens(definition.AddedTokens.Where(t => !t.Normalized));
        _normalizedTokens = new AddedTokens(definition.AddedTokens.Where(t => t.Normalized));

        var ids = new Dictionary<string, int>(definition.Model.Vocabulary, StringComparer.Ordinal);
        foreach (var token in definition.AddedTokens)
        {
            ids[token.Content] = token.Id;
        }

        _ids = ids.ToFrozenDictionary(StringComparer.Ordinal);
        _special = definition.AddedTokens.Where(t => t.Special).Select(t => t.Id).ToFrozenSet();
        SpecialTokens = definition.AddedTokens.Where(t => t.Special).ToFrozenDictionary(t => t.Content, t => t.Id, StringComparer.Ordinal);
        VocabularySize = _ids.Values.Max() + 1;
        _bytes = new byte[]?[VocabularySize];
        foreach (var (token, id) in _ids)
        {
            _bytes[id] = ByteAlphabet.Decode(token);
        }
    }

    /// <summary>The highest token id plus one.</summary>
    public int VocabularySize { get; }

    /// <summary>Control tokens and their ids.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens { get; }

    /// <summary>Reads a <c>tokenizer.json</c>.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.PackInvalid"/>: unreadable, or of a kind that is not supported; names the file and the field.</exception>
    public static Tokenizer Load(string path) => new(TokenizerFile.Read(path));

    /// <summary>Token ids of a text, not truncated. Takes O(n log n) for n bytes whatever the text.</summary>
    /// <param name="text">Any text; half a surrogate pair counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Adds what the post-processor adds around a single text (begin, end).</param>
    /// <param name="parseSpecialTokens">False: a special token that stands in the text is plain text, never control. Set it for what a user typed.</param>
    public int[] Encode(string text, bool addSpecialTokens = false, bool parseSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var output = new List<int>(8 + (text.Length / 3));
        if (addSpecialTokens)
        {
            output.AddRange(_definition.Prefix);
        }

        try
        {
            EncodeParts(text, parseSpecialTokens, output);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The text of {text.Length} characters takes too long to split into tokens; send a shorter one.", e);
        }

        if (addSpecialTokens)
        {
            output.AddRange(_definition.Suffix);
        }

        return [.. output];
    }

    /// <inheritdoc cref="Encode(string, bool, bool)"/>
    public int[] Encode(ReadOnlySpan<char> text, bool addSpecialTokens = false, bool parseSpecialTokens = true) =>
        Encode(text.ToString(), addSpecialTokens, parseSpecialTokens);

    /// <summary>The text of token ids; byte sequences that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        using var bytes = new MemoryStream(ids.Length * 4);
        foreach (var id in ids)
        {
            if (!(skipSpecialTokens && IsSpecial(id)))
            {
                bytes.Write(TokenBytes(id));
            }
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>A decoder for tokens that arrive one by one.</summary>
    public IncrementalDecoder CreateDecoder(bool skipSpecialTokens = true) => new(this, skipSpecialTokens);

    /// <summary>The id of a token as the vocabulary spells it, or null.</summary>
    public int? TokenId(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>Whether an id is a control token.</summary>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>The bytes a token adds to a text; empty for an id within the range that no token has.</summary>
    internal ReadOnlySpan<byte> TokenBytes(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return _bytes[id];
    }

    private void EncodeParts(string text, bool parseSpecialTokens, List<int> output)
    {
        List<(string Text, int Id)> raw = [];
        List<(string Text, int Id)> normalized = [];
        List<Piece> pieces = [];
        _rawTokens.Split(text, parseSpecialTokens, raw);
        foreach (var part in raw)
        {
            if (part.Id >= 0)
            {
                normalized.Add(part);
            }
            else
            {
                _normalizedTokens.Split(_definition.Normalizer.Apply(part.Text), parseSpecialTokens, normalized);
            }
        }

        foreach (var part in normalized)
        {
            if (part.Id >= 0)
            {
                output.Add(part.Id);
                continue;
            }

            pieces.Clear();
            _definition.PreTokenizer.Split(new Piece(part.Text, 0, part.Text.Length), pieces);
            foreach (var piece in pieces)
            {
                _model.Encode(piece.Span, output);
            }
        }
    }
}

/// <summary>What a <c>tokenizer.json</c> says.</summary>
/// <param name="Prefix">Ids that the post-processor puts before a single text.</param>
/// <param name="Suffix">Ids that it puts after it.</param>
internal sealed record TokenizerDefinition(
    BytePairDefinition Model,
    IReadOnlyList<AddedToken> AddedTokens,
    Normalizer Normalizer,
    PreTokenizer PreTokenizer,
    int[] Prefix,
    int[] Suffix);
