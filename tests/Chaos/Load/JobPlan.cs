namespace MultiModalMesh.Chaos.Load;

/// <summary>One job's items. Every round asks them anew, in a job of its own, and has to get the answers that the calm mesh gave.</summary>
/// <param name="Texts">What is asked, an item each.</param>
/// <param name="MaxTokens">Of every answer.</param>
/// <param name="Seed">Answers are drawn with it, so that they can be compared.</param>
internal sealed record JobPlan(IReadOnlyList<string> Texts, int MaxTokens, long Seed)
{
    private const int Items = 12;

    public static JobPlan Default { get; } = new([.. Enumerable.Range(1, Items).Select(i => $"Tell {i}.")], MaxTokens: 60, Seed: 7);
}
