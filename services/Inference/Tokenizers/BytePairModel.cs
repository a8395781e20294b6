using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// Byte-pair encoding: the characters of a pre-token are merged pair by pair, lowest merge rank first, leftmost first among equals
/// (Sennrich et al., 2016; GPT-2). A heap of candidate pairs over a linked list keeps it at O(n log n) for a pre-token of n characters.
/// </summary>
internal sealed class BytePairModel : TokenModel
{
    private readonly BytePairDefinition _definition;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly Dictionary<ulong, (int Rank, int Id)> _merges = [];
    private readonly int[] _byteIds;

    public BytePairModel(BytePairDefinition definition, IReadOnlySet<int> control)
        : base(control)
    {
        _definition = definition;
        _ids = definition.Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _byteIds = ByteIds(definition.Vocabulary);
        for (var rank = 0; rank < definition.Merges.Count; rank++)
        {
            var (left, right, merged) = definition.Merges[rank];
            _merges[Pair(left, right)] = (rank, merged);
        }
    }

    protected override int[] Encode(ReadOnlySpan<char> piece, bool plain)
    {
        if (_definition.IgnoreMerges && _ids.TryGetValue(piece, out var whole) && Allowed(whole, plain))
        {
            return [whole];
        }

        var symbols = Symbols(piece);
        return symbols.Length < 2 ? symbols : Merge(symbols, plain);
    }

    private int[] Symbols(ReadOnlySpan<char> piece)
    {
        var symbols = new List<int>(piece.Length);
        var unknown = false;
        for (int start = 0, length; start < piece.Length; start += length)
        {
            Rune.DecodeFromUtf16(piece[start..], out _, out length);
            ReadOnlySpan<char> symbol = piece.Slice(start, length);
            var prefix = start == 0 ? "" : _definition.ContinuingPrefix;
            var suffix = start + length < piece.Length ? "" : _definition.EndOfWordSuffix;
            if (prefix.Length + suffix.Length > 0)
            {
                symbol = string.Concat(prefix, symbol, suffix);
            }

            if (_ids.TryGetValue(symbol, out var id))
            {
                FlushUnknown();
                symbols.Add(id);
            }
            else if (!(_definition.ByteFallback && TryBytes(symbol, _byteIds, symbols)))
            {
                if (!_definition.FuseUnknown)
                {
                    FlushUnknown();
                }

                unknown = true;
            }
        }

        FlushUnknown();
        return [.. symbols];

        // A run of unknown characters is one token where the model fuses them; without such a token they vanish.
        void FlushUnknown()
        {
            if (unknown && _definition.UnknownId is { } unknownId)
            {
                symbols.Add(unknownId);
            }

            unknown = false;
        }
    }

    private int[] Merge(int[] ids, bool plain)
    {
        var next = new int[ids.Length];
        var previous = new int[ids.Length];
        var candidates = new PriorityQueue<(int Left, ulong Pair), long>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1;
            Propose(i, i + 1);
        }

        while (candidates.TryDequeue(out var candidate, out _))
        {
            var left = candidate.Left;
            var right = ids[left] < 0 ? ids.Length : next[left];
            if (right >= ids.Length || Pair(ids[left], ids[right]) != candidate.Pair)
            {
                continue; // one of the two was merged meanwhile
            }

            ids[left] = _merges[candidate.Pair].Id;
            ids[right] = -1;
            next[left] = next[right];
            if (next[left] < ids.Length)
            {
                previous[next[left]] = left;
            }

            if (previous[left] >= 0)
            {
                Propose(previous[left], left);
            }

            Propose(left, next[left]);
        }

        return Array.FindAll(ids, id => id >= 0);

        void Propose(int left, int right)
        {
            if (right < ids.Length && _merges.TryGetValue(Pair(ids[left], ids[right]), out var merge) && Allowed(merge.Id, plain))
            {
                candidates.Enqueue((left, Pair(ids[left], ids[right])), ((long)merge.Rank << 32) | (uint)left);
            }
        }
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}

/// <summary>What <c>tokenizer.json</c> says about a BPE model, with merges resolved to ids.</summary>
/// <param name="ContinuingPrefix">Stands before every symbol but the first of a pre-token.</param>
/// <param name="EndOfWordSuffix">Stands after the last symbol of a pre-token.</param>
/// <param name="IgnoreMerges">A pre-token that is in the vocabulary is that token, whatever the merges make of it.</param>
/// <param name="ByteFallback">A character that is not in the vocabulary becomes the tokens of its bytes.</param>
internal sealed record BytePairDefinition(
    Dictionary<string, int> Vocabulary,
    IReadOnlyList<(int Left, int Right, int Merged)> Merges,
    string ContinuingPrefix,
    string EndOfWordSuffix,
    int? UnknownId,
    bool FuseUnknown,
    bool IgnoreMerges,
    bool ByteFallback);
