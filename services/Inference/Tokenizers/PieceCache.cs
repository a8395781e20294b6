using System.Collections.Concurrent;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// Remembers the ids of frequent pre-tokens. Two generations: when the young one is full it becomes the old one and the old one is dropped,
/// so the size is bounded and no text, however odd, can keep useful entries out for good.
/// </summary>
internal sealed class PieceCache
{
    private const int GenerationCapacity = 8192;
    private const int LongestPiece = 64;

    private readonly Lock _turnover = new();
    private volatile ConcurrentDictionary<string, int[]> _young = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, int[]> _old = new(StringComparer.Ordinal);
    private int _youngCount;

    public bool TryGet(ReadOnlySpan<char> piece, out int[] ids)
    {
        ids = [];
        if (piece.Length > LongestPiece)
        {
            return false;
        }

        if (_young.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(piece, out ids!))
        {
            return true;
        }

        if (!_old.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(piece, out ids!))
        {
            return false;
        }

        Add(piece, ids);
        return true;
    }

    public void Add(ReadOnlySpan<char> piece, int[] ids)
    {
        if (piece.Length > LongestPiece || !_young.TryAdd(piece.ToString(), ids) || Interlocked.Increment(ref _youngCount) < GenerationCapacity)
        {
            return;
        }

        lock (_turnover)
        {
            if (Volatile.Read(ref _youngCount) >= GenerationCapacity)
            {
                _old = _young;
                _young = new(StringComparer.Ordinal);
                Volatile.Write(ref _youngCount, 0);
            }
        }
    }
}
