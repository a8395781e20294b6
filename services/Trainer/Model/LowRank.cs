namespace MultiModalMesh.Trainer.Model;

/// <summary>Which weights get low-rank adapters.</summary>
/// <param name="Targets">Patterns of projections, without <c>.weight</c>.</param>
internal sealed record LowRank(int Rank, double Alpha, IReadOnlyList<string> Targets)
{
    public const string DownSuffix = ".lora_down", UpSuffix = ".lora_up";

    public static bool IsAdapter(string parameter) => parameter.EndsWith(DownSuffix, StringComparison.Ordinal) || parameter.EndsWith(UpSuffix, StringComparison.Ordinal);

    /// <summary>Weights of attention and feed-forward projections that match.</summary>
    public IReadOnlyList<string> Choose(IEnumerable<ParameterDeclaration> declared) =>
        [.. declared.Where(d => d.Shape.Length == 2 && d.Name.EndsWith(".weight", StringComparison.Ordinal) && NamePatterns.Match(Targets, d.Name[..^".weight".Length])).Select(d => d.Name)];
}
