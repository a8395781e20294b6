using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Files;

/// <summary>A record that cannot be used; becomes a <see cref="DatasetProblem"/> or ends the work.</summary>
internal sealed class DatasetRecordException(SourceLocation source, string message, Exception? inner = null) : Exception(message, inner)
{
    public DatasetProblem Problem { get; } = new(source, message);
}
