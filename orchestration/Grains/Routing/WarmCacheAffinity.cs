using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MultiModalMesh.Grains.Routing;

/// <summary>
/// The worker that had the same key before, because its KV cache is warm. Rendezvous hashing finds it without remembering anything, and
/// only the keys of a worker that left move. A worker much busier than the idlest one loses its keys: recomputing a prompt elsewhere costs less than waiting.
/// </summary>
internal sealed class WarmCacheAffinity(IRoutingPolicy otherwise) : IRoutingPolicy
{
    /// <summary>Requests that a warm worker may be busier than the idlest one.</summary>
    public const int Tolerance = 4;

    public RoutingCandidate Choose(IReadOnlyList<RoutingCandidate> candidates, string affinityKey)
    {
        if (affinityKey.Length == 0)
        {
            return otherwise.Choose(candidates, affinityKey);
        }

        var warm = candidates.MaxBy(candidate => Weight(candidate.Worker.WorkerId, affinityKey))!;
        return warm.IsFull || warm.Load > candidates.Min(candidate => candidate.Load) + Tolerance
            ? otherwise.Choose(candidates, affinityKey)
            : warm;
    }

    private static ulong Weight(string workerId, string affinityKey) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{workerId}\n{affinityKey}")));
}
