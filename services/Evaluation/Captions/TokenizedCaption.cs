namespace MultiModalMesh.Evaluation.Captions;

/// <summary>A candidate and its references, as words. There is at least one reference; the candidate may have no words.</summary>
public sealed record TokenizedCaption(string[] Candidate, IReadOnlyList<string[]> References);
