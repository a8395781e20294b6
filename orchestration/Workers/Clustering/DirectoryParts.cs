using System.Collections.Immutable;
using Orleans.Runtime;

namespace MultiModalMesh.Workers.Clustering;

/// <summary>
/// Which members keep the cluster's directory of grains: those with the silo role, which hold the grains of the mesh anyhow. Where a dialogue is
/// must be known whatever became of a worker, also in the seconds in which nobody has noticed its death yet.
/// </summary>
internal static class DirectoryParts
{
    /// <summary>Ranges of the ring for each member.</summary>
    public const int PerMember = 8;

    // A range goes from its boundary, exclusive, to the next one. All of a worker's are here, and the next boundary, which every silo has, is one
    // further: together the workers have one of the ring's four billion points.
    private const uint WorkersBoundary = 0;

    // All members must come to the same result from nothing but the address, so the address tells: its generation, which Orleans takes from the
    // clock's seconds to tell a process from its predecessor at the same port, is even for a member that keeps a part, and odd for one that does not.
    private const int Mark = 1;

    /// <param name="now">A generation that Orleans made for this process.</param>
    /// <param name="keepsPart">Whether it has the silo role.</param>
    public static int Generation(int now, bool keepsPart) => (now & Mark) == (keepsPart ? 0 : Mark) ? now : now + 1;

    /// <summary>For <c>GrainDirectoryOptions.GetPartitionBoundaries</c>.</summary>
    public static ImmutableArray<uint> Boundaries(SiloAddress member, int count) => (member.Generation & Mark) == 0
        ? [WorkersBoundary + 1, .. member.GetUniformHashCodes(count - 1)]
        : [.. Enumerable.Repeat(WorkersBoundary, count)];
}
