namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>Bytes that are taken, of those there are. Not safe for concurrent use.</summary>
/// <param name="limit">0: no limit.</param>
internal sealed class MemoryBudget(long limit)
{
    public long Limit => limit;

    public long Taken { get; private set; }

    /// <summary>Whether that much fits if everything else goes.</summary>
    public bool CanHold(long bytes) => limit == 0 || bytes <= limit;

    /// <summary>Bytes that have to be given back before this much fits; 0 or less: none.</summary>
    public long Lacks(long bytes) => limit == 0 ? 0 : Taken + bytes - limit;

    public void Take(long bytes) => Taken += bytes;

    public void Give(long bytes) => Taken -= bytes;

    /// <summary>The packs that make room for that many bytes: those whose last use is longest ago, of unused ones the last, and no more than needed. Null if all together do not.</summary>
    public static IReadOnlyList<ServedPack>? Victims(IEnumerable<ServedPack> idle, long bytes)
    {
        List<ServedPack> victims = [];
        foreach (var pack in idle.Reverse().OrderBy(pack => pack.LastUse))
        {
            if (bytes <= 0)
            {
                break;
            }

            victims.Add(pack);
            bytes -= pack.Resident!.Bytes;
        }

        return bytes <= 0 ? victims : null;
    }
}
