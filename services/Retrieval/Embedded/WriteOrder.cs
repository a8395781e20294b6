namespace MultiModalMesh.Retrieval.Embedded;

/// <summary>Which numbers the rows of a process get: growing, and with shards different from those of every other shard, so that items of all shards have one order.</summary>
/// <param name="First">The least of them.</param>
/// <param name="Step">From one to the next.</param>
internal readonly record struct WriteOrder(int First, int Step)
{
    /// <summary>Numbers of one and the same moment, one for each shard that there may be.</summary>
    public const int Shards = ShardOptions.MaxCount;

    public static WriteOrder Of(ShardOptions shards) => shards.Count == 1 ? new WriteOrder(0, 1) : new WriteOrder(shards.Index, Shards);

    /// <summary>The next number behind <paramref name="last"/>, and not below <paramref name="least"/>.</summary>
    public long Next(long last, long least)
    {
        var next = Math.Max(last + 1, least);
        return next + ((((First - next) % Step) + Step) % Step);
    }
}
