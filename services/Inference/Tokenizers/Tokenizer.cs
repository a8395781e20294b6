using System.Collections.Frozen;
using System.Text.RegularExpressions;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// Text to token ids and back, as a Hugging Face <c>tokenizer.json</c> describes it: BPE (byte-level, with word ends, with byte fallback) and
/// Unigram; another model type is refused at load. Safe for concurrent use.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerDefinition _definition;
    private readonly AddedTokens _rawTokens;
    private readonly AddedTokens _normalizedTokens;
    private readonly Dictionary<string, int> _ids;
    private readonly FrozenSet<int> _special;
    private readonly string?[] _tokens;

    internal Tokenizer(TokenizerDefinition definition)
    {
        _definition = definition;
        _rawTokens = new AddedTokens(definition.AddedTokens.Where(t => !t.Normalized), content => content);
        _normalizedTokens = new AddedTokens(definition.AddedTokens.Where(t => t.Normalized), definition.Normalizer.Apply);

        _tokens = new string?[definition.Size];
        _ids = new Dictionary<string, int>(definition.Vocabulary, StringComparer.Ordinal);
        foreach (var (token, id) in definition.Vocabulary)
        {
            _tokens[id] = token;
        }

        foreach (var token in definition.AddedTokens)
        {
            _ids[token.Content] = token.Id;
            _tokens[token.Id] = token.Content;
        }

        var special = definition.AddedTokens.Where(t => t.Special).ToList();
        _special = special.Select(t => t.Id).ToFrozenSet();
        SpecialTokens = special.DistinctBy(t => t.Content).ToFrozenDictionary(t => t.Content, t => t.Id, StringComparer.Ordinal);
    }

    /// <summary>The highest token id plus one.</summary>
    public int VocabularySize => _tokens.Length;

    /// <summary>Control tokens and their ids.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens { get; }

    /// <summary>Reads a <c>tokenizer.json</c>.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.PackInvalid"/>: unreadable, or of a kind that is not supported; names the file and the field.</exception>
    public static Tokenizer Load(string path)
    {
        try
        {
            return new Tokenizer(TokenizerFile.Read(path));
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: normalizer takes too long for an entry of added_tokens.", e);
        }
    }

    /// <summary>Token ids of a text, not truncated. Takes O(n log n) for n characters whatever the text.</summary>
    /// <param name="text">Any text; half a surrogate pair counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Adds what the post-processor adds around a single text (begin, end).</param>
    /// <param name="parseSpecialTokens">False: a special token that stands in the text is plain text, never control. Set it for what a user typed.</param>
    public int[] Encode(string text, bool addSpecialTokens = false, bool parseSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var output = new List<int>(8 + (text.Length / 3));
        if (addSpecialTokens)
        {
            output.AddRange(_definition.Surroundings.Prefix);
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
            output.AddRange(_definition.Surroundings.Suffix);
        }

        return [.. output];
    }

    /// <inheritdoc cref="Encode(string, bool, bool)"/>
    public int[] Encode(ReadOnlySpan<char> text, bool addSpecialTokens = false, bool parseSpecialTokens = true) =>
        Encode(text.ToString(), addSpecialTokens, parseSpecialTokens);

    /// <summary>Cuts ids to a length as the reference does: the text is cut, and what the post-processor put after it stays.</summary>
    /// <param name="ids">Ids that <see cref="Encode(string, bool, bool)"/> made with <c>addSpecialTokens</c>.</param>
    /// <param name="maximum">The length, at least that of what the post-processor adds.</param>
    public int[] Truncate(ReadOnlySpan<int> ids, int maximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, _definition.Surroundings.Prefix.Length + _definition.Surroundings.Suffix.Length);
        return ids.Length <= maximum
            ? ids.ToArray()
            : [.. ids[..(maximum - _definition.Surroundings.Suffix.Length)], .. _definition.Surroundings.Suffix];
    }

    /// <summary>The text of token ids; byte sequences that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var decoder = CreateDecoder(skipSpecialTokens);
        foreach (var id in ids)
        {
            decoder.Write(id);
        }

        return decoder.Flush();
    }

    /// <summary>A decoder for tokens that arrive one by one.</summary>
    public IncrementalDecoder CreateDecoder(bool skipSpecialTokens = true) => new(this, skipSpecialTokens, _definition.Decoder);

    /// <summary>The id of a token as the vocabulary spells it, or null.</summary>
    public int? TokenId(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>Whether an id is a control token.</summary>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>A token as the vocabulary spells it; null for an id within the range that no token has.</summary>
    internal string? Token(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return _tokens[id];
    }

    private void EncodeParts(string text, bool parseSpecialTokens, List<int> output)
    {
        List<TextPart> raw = [];
        List<TextPart> normalized = [];
        List<Piece> pieces = [];
        _rawTokens.Split(new TextPart(WholeCharacters(text), -1, AtStart: true), parseSpecialTokens, raw);
        foreach (var part in raw)
        {
            if (part.Id >= 0)
            {
                normalized.Add(part);
            }
            else
            {
                _normalizedTokens.Split(_definition.Normalizer.Apply(part), parseSpecialTokens, normalized);
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
            _definition.PreTokenizer.Split(new Piece(part.Text, part.AtStart), pieces);
            foreach (var piece in pieces)
            {
                _definition.Model.Encode(piece.Span, plain: !parseSpecialTokens, output);
            }
        }
    }

    /// <summary>The text with U+FFFD for every half of a surrogate pair.</summary>
    private static string WholeCharacters(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return string.Concat(text.EnumerateRunes());
            }
        }

        return text;
    }
}
