namespace MultiModalMesh.ModelHub.Hub;

/// <summary>How far a download is.</summary>
/// <param name="File">Which file.</param>
/// <param name="BytesDone">Of its bytes; falls back to 0 where a file has to be begun anew.</param>
/// <param name="Interruption">Why it waits, or null.</param>
public sealed record PullProgress(HubFile File, long BytesDone, string? Interruption = null);
