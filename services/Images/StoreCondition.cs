namespace MultiModalMesh.Images;

public enum StoreState
{
    Ready,

    /// <summary>It cannot be used now, which may pass: a server that is starting, a full disk.</summary>
    Unavailable,

    /// <summary>Waiting will not help: a bucket that is not there, credentials that are refused.</summary>
    Misconfigured,
}

/// <param name="State">Whether it can be used.</param>
/// <param name="Description">One sentence for the operator: what is used, or what is wrong and what to do.</param>
public sealed record StoreCondition(StoreState State, string Description);
