namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Whether two batches are better run as one. A run reads all weights once, however many sequences it advances; but padding makes it read
/// and write keys and values for nothing.
/// </summary>
/// <param name="canPad">Whether the graph computes the same for a row with padding in front; else only equal lengths go together.</param>
internal sealed class BatchPolicy(DecoderGraph graph, bool canPad)
{
    // What a run costs beside reading weights (hundreds of small operators), expressed in bytes that could be read meanwhile.
    private const long RunOverheadBytes = 16 << 20;

    // A position of padding is read and written when the graph appends to the cache, and read again by attention.
    private const int PassesOverPadding = 3;

    private readonly long _paddingWorthARun = (graph.WeightBytes + RunOverheadBytes) / (PassesOverPadding * graph.Layout.BytesPerPosition);

    /// <param name="length">Positions of every row, padding included.</param>
    /// <param name="addedPadding">Positions of padding that joining them adds.</param>
    public bool ShouldJoin(int length, int otherLength, long addedPadding) =>
        graph.HasDynamicBatch && (canPad ? addedPadding <= _paddingWorthARun : length == otherLength);

    public bool ShouldJoin(KvBatch batch, KvBatch other)
    {
        var padding = (batch.Length - other.Length) * (long)(batch.Length > other.Length ? other.Rows : -batch.Rows);
        return ShouldJoin(batch.Length, other.Length, padding);
    }
}
