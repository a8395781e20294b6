namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>What becomes of a delimiter that a <see cref="SplitPreTokenizer"/> found.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Cuts at the matches of a regular expression (<c>Split</c>); <paramref name="invert"/> makes what lies between them the delimiter.</summary>
internal sealed class SplitPreTokenizer(TextPattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    public override void Split(Piece piece, List<Piece> output)
    {
        List<(int Start, int Length, bool Delimiter)> parts = [];
        var end = 0;
        foreach (var (start, length) in pattern.Matches(piece.Span))
        {
            if (start > end)
            {
                parts.Add((end, start - end, invert));
            }

            // An empty match counts too: it parts what lies around it.
            parts.Add((start, length, !invert));
            end = start + length;
        }

        if (piece.Length > end)
        {
            parts.Add((end, piece.Length - end, invert));
        }

        Apply(parts, piece, output);
    }

    private void Apply(List<(int Start, int Length, bool Delimiter)> parts, Piece piece, List<Piece> output)
    {
        var first = output.Count;
        var previousDelimiter = false;
        for (var i = 0; i < parts.Count; i++)
        {
            var (start, length, delimiter) = parts[i];
            var joins = output.Count > first && behavior switch
            {
                SplitBehavior.MergedWithPrevious => delimiter && !previousDelimiter,
                SplitBehavior.MergedWithNext => !delimiter && previousDelimiter,
                SplitBehavior.Contiguous => delimiter == previousDelimiter,
                _ => false,
            };
            if (joins)
            {
                output[^1] = output[^1] with { Length = output[^1].Length + length };
            }
            else if (!(delimiter && behavior == SplitBehavior.Removed))
            {
                output.Add(piece.Slice(start, length));
            }

            previousDelimiter = delimiter;
        }
    }
}
