namespace MultiModalMesh.Errors;

/// <summary>
/// A failure that the caller can understand and act on. Every part of the mesh throws this one type for bad input, limits,
/// missing things and refusals; the edges map it to a gRPC status with <c>google.rpc.ErrorInfo</c> or to an HTTP status.
/// </summary>
/// <remarks>Anything else that is thrown is a defect: it reaches the caller as INTERNAL without details, and the log has the rest.</remarks>
public sealed class MeshException : Exception
{
    /// <param name="reason">What went wrong, one of the constants of <see cref="ErrorReason"/>.</param>
    /// <param name="message">One or two sentences for a person: what is wrong, with both values where a limit is involved, and what to do.</param>
    /// <param name="inner">The cause, for the log only; it never reaches a caller.</param>
    public MeshException(ErrorReason reason, string message, Exception? inner = null)
        : base(message, inner)
    {
        ArgumentNullException.ThrowIfNull(reason);
        Reason = reason;
    }

    public ErrorReason Reason { get; }

    /// <summary>The field of the request that is at fault, as the public contract spells it (<c>images[0].data</c>), if there is one.</summary>
    public string? Field { get; init; }

    /// <summary>How long to wait before the same call can succeed; set for <see cref="ErrorReason.Overloaded"/>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Values a program may want to read: limits, names, ids. Keys in lower_snake_case.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
