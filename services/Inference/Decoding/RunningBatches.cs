namespace MultiModalMesh.Inference.Decoding;

/// <summary>The batches of all sequences that have a place: which go together, within a budget of bytes for their keys and values.</summary>
internal sealed class RunningBatches(BatchPolicy policy, long budget)
{
    private bool _rowsLeft;

    /// <summary>One sequence each, oldest first.</summary>
    public List<DecodeBatch> Prefilling { get; } = [];

    /// <summary>One run each in every step.</summary>
    public List<DecodeBatch> Decoding { get; } = [];

    /// <summary>Whether the keys and values of all would still fit, were every answer to become as long as it may.</summary>
    public bool HasRoomFor(long bytes) => bytes <= Free();

    /// <summary>Puts a batch that is done with its prefill, and stands in no list any more, among those that decode.</summary>
    public void Join(DecodeBatch batch)
    {
        foreach (var running in Decoding)
        {
            if (CanJoin(running, batch, batch.BytesAtEnd))
            {
                // A share of what is left, so that the next ones can be admitted before they join.
                running.Take(batch, (Free() - batch.BytesAtEnd) / 4);
                return;
            }
        }

        Decoding.Add(batch);
    }

    /// <summary>A sequence has left; <see cref="Tidy"/> has something to do.</summary>
    public void RowsLeft() => _rowsLeft = true;

    /// <summary>After sequences have left: less padding, less memory, fewer batches.</summary>
    public void Tidy()
    {
        if (!_rowsLeft)
        {
            return;
        }

        _rowsLeft = false;
        RemoveEmpty();
        for (var i = 0; i < Decoding.Count; i++)
        {
            Decoding[i].Trim();
            for (var j = Decoding.Count - 1; j > i; j--)
            {
                if (CanJoin(Decoding[i], Decoding[j], notListed: 0))
                {
                    Decoding[i].Take(Decoding[j], spareBytes: 0);
                    Decoding.RemoveAt(j);
                }
            }
        }
    }

    public void RemoveEmpty()
    {
        RemoveEmpty(Prefilling);
        RemoveEmpty(Decoding);
    }

    private static void RemoveEmpty(List<DecodeBatch> batches)
    {
        for (var i = batches.Count - 1; i >= 0; i--)
        {
            if (batches[i].Count == 0)
            {
                batches[i].Dispose();
                batches.RemoveAt(i);
            }
        }
    }

    /// <summary>What the budget leaves, were every answer to become as long as it may.</summary>
    private long Free()
    {
        var free = budget;
        foreach (var batch in Prefilling)
        {
            free -= batch.BytesAtEnd;
        }

        foreach (var batch in Decoding)
        {
            free -= batch.BytesAtEnd;
        }

        return free;
    }

    /// <param name="notListed">Bytes of batches that stand in neither list.</param>
    private bool CanJoin(DecodeBatch batch, DecodeBatch other, long notListed) =>
        policy.ShouldJoin(batch.Kv, other.Kv)
        && batch.SeesAlike(other)
        && HasRoomFor(notListed + batch.BytesAtEndWith(other) - batch.BytesAtEnd - other.BytesAtEnd);
}
