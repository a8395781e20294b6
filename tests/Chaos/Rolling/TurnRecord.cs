namespace MultiModalMesh.Chaos.Rolling;

/// <summary>A turn that its client is done with.</summary>
/// <param name="FirstToken">From the post until the first piece of the answer; null if none came.</param>
/// <param name="Whole">From the post until the end.</param>
/// <param name="Failure">Why there is no answer, or null.</param>
/// <param name="Repeats">Requests that had to be sent again.</param>
internal sealed record TurnRecord(TimeSpan? FirstToken, TimeSpan Whole, string? Failure, int Repeats);
