using System.Buffers;
using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// Byte-level byte-pair encoding: the bytes of a pre-token are merged pair by pair, lowest merge rank first, leftmost first among equals
/// (Sennrich et al., 2016; GPT-2). A heap of candidate pairs over a linked list keeps it at O(n log n) for a pre-token of n bytes.
/// </summary>
internal sealed class BytePairModel
{
    private readonly Dictionary<ulong, (int Rank, int Id)> _merges = [];
    private readonly int[] _byteIds = new int[256];
    private readonly int[] _lastByteIds = new int[256];
    private readonly Dictionary<string, int>? _wholePieces;
    private readonly int? _unknownId;
    private readonly bool _fuseUnknown;
    private readonly PieceCache _cache = new();

    public BytePairModel(BytePairDefinition definition)
    {
        for (var b = 0; b < 256; b++)
        {
            var symbol = ByteAlphabet.ToCharacter((byte)b).ToString();
            _byteIds[b] = definition.Vocabulary.GetValueOrDefault(symbol, -1);
            _lastByteIds[b] = definition.Vocabulary.GetValueOrDefault(symbol + definition.EndOfWordSuffix, -1);
        }

        foreach (var merge in definition.Merges)
        {
            _merges.TryAdd(Pair(merge.Left, merge.Right), (_merges.Count, merge.Merged));
        }

        _unknownId = definition.UnknownId;
        _fuseUnknown = definition.FuseUnknown;
        if (definition.IgnoreMerges)
        {
            _wholePieces = definition.Vocabulary;
        }
    }

    /// <summary>Appends the ids of one pre-token.</summary>
    public void Encode(ReadOnlySpan<char> piece, List<int> output)
    {
        if (piece.IsEmpty)
        {
            return;
        }

        if (!_cache.TryGet(piece, out var ids))
        {
            ids = EncodeUncached(piece);
            _cache.Add(piece, ids);
        }

        output.AddRange(ids);
    }

    private int[] EncodeUncached(ReadOnlySpan<char> piece)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(piece.Length));
        try
        {
            var count = Encoding.UTF8.GetBytes(piece, bytes);
            if (_wholePieces is not null && TryWhole(bytes.AsSpan(0, count), out var whole))
            {
                return [whole];
            }

            var symbols = Symbols(bytes.AsSpan(0, count));
            return symbols.Length < 2 ? symbols : Merge(symbols);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private bool TryWhole(ReadOnlySpan<byte> bytes, out int id)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
        {
            text.Append(ByteAlphabet.ToCharacter(value));
        }

        return _wholePieces!.TryGetValue(text.ToString(), out id);
    }

    private int[] Symbols(ReadOnlySpan<byte> bytes)
    {
        var symbols = new List<int>(bytes.Length);
        var previousUnknown = false;
        for (var i = 0; i < bytes.Length; i++)
        {
            var id = (i == bytes.Length - 1 ? _lastByteIds : _byteIds)[bytes[i]];
            var unknown = id < 0;
            if (!unknown)
            {
                symbols.Add(id);
            }
            else if (_unknownId is { } unknownId && !(_fuseUnknown && previousUnknown))
            {
                symbols.Add(unknownId);
            }

            previousUnknown = unknown;
        }

        return [.. symbols];
    }

    private int[] Merge(int[] ids)
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
            if (right < ids.Length && _merges.TryGetValue(Pair(ids[left], ids[right]), out var merge))
            {
                candidates.Enqueue((left, Pair(ids[left], ids[right])), ((long)merge.Rank << 32) | (uint)left);
            }
        }
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}

/// <summary>What <c>tokenizer.json</c> says about a BPE model, with merges resolved to ids.</summary>
internal sealed record BytePairDefinition(
    Dictionary<string, int> Vocabulary,
    IReadOnlyList<(int Left, int Right, int Merged)> Merges,
    string EndOfWordSuffix,
    int? UnknownId,
    bool FuseUnknown,
    bool IgnoreMerges);
