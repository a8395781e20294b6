using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using Orleans.Runtime;

namespace MultiModalMesh.Workers.Calls;

/// <summary>What a grain call throws, as the mesh speaks of it.</summary>
internal static class GrainErrors
{
    /// <summary>Null if it is neither a failure the grain meant nor one of the cluster's own.</summary>
    public static MeshException? ToMeshException(Exception error) => error switch
    {
        MeshException known => known,
        DialogueException known => new MeshException(ErrorReason.Find(known.Reason) ?? ErrorReason.PeerFailed, known.Message, known)
        {
            Field = known.Field,
            RetryAfter = known.RetryAfter,
        },

        // A silo that died, has no place for the grain yet, or does not answer: all of them pass.
        OrleansException or TimeoutException => new MeshException(ErrorReason.PeerUnavailable, "The orchestration does not answer; try again.", error),
        _ => null,
    };
}
