namespace MultiModalMesh.ModelHosting.Packs;

/// <summary>Where a process finds its models: configuration <c>Models</c>.</summary>
public sealed class ModelOptions
{
    public const string Section = "Models";

    /// <summary>Folders of packs, or packs themselves; the first pack that can do a piece of work is its default. Default: <c>models</c> beside the program.</summary>
    public IList<string> Paths { get; } = [];

    internal IEnumerable<string> Roots => Paths.Count > 0 ? Paths : [Path.Combine(AppContext.BaseDirectory, "models")];
}
