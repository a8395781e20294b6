using System.Text.RegularExpressions;
using MultiModalMesh.Errors;

namespace MultiModalMesh.ModelHub.Hub;

/// <summary>A model as a person names it: <c>owner/name[@revision]</c>.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Revision">A branch, tag or commit.</param>
public sealed partial record HubReference(string Repository, string Revision)
{
    private const string DefaultRevision = "main";

    /// <summary>The repository's name without its owner.</summary>
    public string Name => Repository[(Repository.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <exception cref="MeshException">InvalidRequest.</exception>
    public static HubReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var repository = at < 0 ? text : text[..at];
        var revision = at < 0 ? DefaultRevision : text[(at + 1)..];
        return RepositoryShape().IsMatch(repository) && RevisionShape().IsMatch(revision) && !text.Contains("..", StringComparison.Ordinal)
            ? new HubReference(repository, revision)
            : throw new MeshException(
                ErrorReason.InvalidRequest,
                $"'{text}' does not name a model; a name has the form owner/name or owner/name@revision, such as HuggingFaceTB/SmolVLM-256M-Instruct@main.");
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryShape();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._/-]{0,254}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RevisionShape();
}
