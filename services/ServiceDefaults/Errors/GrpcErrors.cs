using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using MultiModalMesh.Errors;

namespace MultiModalMesh.ServiceDefaults.Errors;

/// <summary>
/// Failures on the wire: a <see cref="MeshException"/> becomes a <c>google.rpc.Status</c> with <c>ErrorInfo</c>, <c>BadRequest</c> and
/// <c>RetryInfo</c>, and comes out at the other end as the same exception.
/// </summary>
public static class GrpcErrors
{
    /// <summary>What a service throws so that the caller gets the reason, the field and the delay.</summary>
    public static RpcException ToRpcException(this MeshException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var info = new ErrorInfo { Reason = error.Reason.Code, Domain = ErrorReason.Domain };
        foreach (var (key, value) in error.Metadata)
        {
            info.Metadata[key] = value;
        }

        var status = new Google.Rpc.Status { Code = (int)Code(error.Reason.Category), Message = error.Message, Details = { Any.Pack(info) } };
        if (error.Field is { Length: > 0 } field)
        {
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = error.Message } } }));
        }

        if (error.RetryAfter is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = delay.ToDuration() }));
        }

        return status.ToRpcException();
    }

    /// <summary>
    /// What a client throws. A status that names no reason of the mesh is the transport's: PEER_UNAVAILABLE, DEADLINE_EXCEEDED,
    /// INVALID_REQUEST, OVERLOADED or PEER_FAILED. The client checks first whether the call ended because its own token was cancelled.
    /// </summary>
    public static MeshException ToMeshException(this RpcException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var status = error.GetRpcStatus();
        var info = status?.GetDetail<ErrorInfo>();
        if (info is { Domain: ErrorReason.Domain } && ErrorReason.Find(info.Reason) is { } reason)
        {
            return new MeshException(reason, error.Status.Detail, error)
            {
                Field = status!.GetDetail<BadRequest>()?.FieldViolations.FirstOrDefault()?.Field,
                RetryAfter = status!.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
                Metadata = info.Metadata.ToDictionary(),
            };
        }

        return new MeshException(TransportReason(error.Status), error.Status.Detail is { Length: > 0 } text ? text : $"The call failed with {error.StatusCode}.", error);
    }

    internal static StatusCode Code(ErrorCategory category) => category switch
    {
        ErrorCategory.InvalidArgument or ErrorCategory.TooLarge => StatusCode.InvalidArgument,
        ErrorCategory.NotFound => StatusCode.NotFound,
        ErrorCategory.AlreadyExists => StatusCode.AlreadyExists,
        ErrorCategory.FailedPrecondition => StatusCode.FailedPrecondition,
        ErrorCategory.Unauthenticated => StatusCode.Unauthenticated,
        ErrorCategory.Overloaded => StatusCode.ResourceExhausted,
        ErrorCategory.Unavailable => StatusCode.Unavailable,
        ErrorCategory.DeadlineExceeded => StatusCode.DeadlineExceeded,
        _ => StatusCode.Internal,
    };

    private static ErrorReason TransportReason(Grpc.Core.Status status) => status.StatusCode switch
    {
        // Made on this side, because the connection broke: a peer that went silent and answers no ping has the code INTERNAL with some calls.
        StatusCode.Internal or StatusCode.Unknown when status.DebugException is HttpRequestException or IOException => ErrorReason.PeerUnavailable,

        // Cancelled by the other side: it is going away.
        StatusCode.Unavailable or StatusCode.Cancelled => ErrorReason.PeerUnavailable,
        StatusCode.DeadlineExceeded => ErrorReason.DeadlineExceeded,
        StatusCode.InvalidArgument or StatusCode.OutOfRange => ErrorReason.InvalidRequest,

        // gRPC's own limit on the size of a message has this code too, and repeating does not help.
        StatusCode.ResourceExhausted when status.Detail.Contains("maximum configured message size", StringComparison.Ordinal) => ErrorReason.InvalidRequest,
        StatusCode.ResourceExhausted => ErrorReason.Overloaded,
        _ => ErrorReason.PeerFailed,
    };
}
