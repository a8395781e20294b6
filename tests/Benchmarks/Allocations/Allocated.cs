namespace MultiModalMesh.Benchmarks.Allocations;

/// <summary>Managed memory that work allocates, on whatever threads it runs; nothing else may run meanwhile.</summary>
internal static class Allocated
{
    public static async Task<long> ByAsync(Func<Task> work)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await work();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
