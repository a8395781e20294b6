namespace MultiModalMesh.Evaluation.ModelRuns;

/// <summary>First line of a run file: what was run. A run goes on only with the same.</summary>
/// <param name="Task">caption, vqa, retrieval, classify or dialogue.</param>
/// <param name="Model">As it was asked for; "default" leaves it to the server.</param>
/// <param name="Prompt">Text around the question, or in its place.</param>
/// <param name="Items">Fingerprint of the data set.</param>
public sealed record RunHeader(string Task, string Model, string Prompt, string Items);
