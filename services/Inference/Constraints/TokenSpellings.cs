using System.Runtime.CompilerServices;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Constraints;

/// <summary>
/// The bytes of all tokens in sorted order, each with the length of the prefix that it shares with the one before: a walk in this order visits
/// every common prefix once, as a walk through a trie would. Control tokens are not in it. Made once for a tokenizer.
/// </summary>
internal sealed class TokenSpellings
{
    private static readonly ConditionalWeakTable<Tokenizer, TokenSpellings> Shared = [];

    private readonly byte[][] _bytes;
    private readonly bool[] _single = new bool[256];

    private TokenSpellings(Tokenizer tokenizer)
    {
        VocabularySize = tokenizer.VocabularySize;
        _bytes = new byte[VocabularySize][];
        var ids = new List<int>();
        for (var id = 0; id < VocabularySize; id++)
        {
            _bytes[id] = !tokenizer.IsSpecial(id) && tokenizer.Token(id) is { } token ? ByteAlphabet.Decode(token) : [];
            if (_bytes[id].Length > 0)
            {
                ids.Add(id);
            }

            if (_bytes[id].Length == 1)
            {
                _single[_bytes[id][0]] = true;
            }
        }

        ids.Sort((a, b) => _bytes[a].AsSpan().SequenceCompareTo(_bytes[b]));
        Order = [.. ids];
        Shares = new int[Order.Length];
        for (var i = 0; i < Order.Length; i++)
        {
            Shares[i] = i == 0 ? 0 : _bytes[Order[i]].AsSpan().CommonPrefixLength(_bytes[Order[i - 1]]);
            Longest = Math.Max(Longest, _bytes[Order[i]].Length);
        }
    }

    public int VocabularySize { get; }

    /// <summary>Ids in the order of their bytes.</summary>
    public int[] Order { get; }

    /// <summary>For every entry of <see cref="Order"/>: how many bytes it shares with the one before.</summary>
    public int[] Shares { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int Longest { get; }

    public static TokenSpellings Of(Tokenizer tokenizer) => Shared.GetValue(tokenizer, t => new TokenSpellings(t));

    /// <summary>Empty for control tokens and ids that no token has.</summary>
    public ReadOnlySpan<byte> Bytes(int id) => (uint)id < (uint)_bytes.Length ? _bytes[id] : [];

    /// <summary>Whether every one of the bytes is a token of its own, so that a text of them can be continued wherever a token ended.</summary>
    public bool Spells(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (!_single[b])
            {
                return false;
            }
        }

        return true;
    }
}
