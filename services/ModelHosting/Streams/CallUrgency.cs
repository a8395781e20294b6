using Grpc.Core;
using MultiModalMesh.Inference.Batching;

namespace MultiModalMesh.ModelHosting.Streams;

/// <summary>How the work of a call waits in the queues of the inference core.</summary>
public static class CallUrgency
{
    public static Urgency Of(ServerCallContext context, bool bulk)
    {
        ArgumentNullException.ThrowIfNull(context);

        // A call without a deadline has the end of all time.
        return new Urgency(bulk ? JobPriority.Bulk : JobPriority.Interactive, context.Deadline == DateTime.MaxValue ? null : context.Deadline.ToUniversalTime());
    }
}
