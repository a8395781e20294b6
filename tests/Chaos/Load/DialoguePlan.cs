namespace MultiModalMesh.Chaos.Load;

/// <param name="Text">What is asked.</param>
/// <param name="MaxTokens">As long as the answer becomes, unless the model ends it before.</param>
/// <param name="Temperature">0: the likeliest words; else drawn with the seed.</param>
/// <param name="Seed">The same for every mesh that is asked, so that answers can be compared.</param>
internal sealed record PlannedTurn(string Text, int MaxTokens, float Temperature, long Seed);

/// <summary>One dialogue's turns. Every round asks them anew, in a dialogue of its own, and has to get the answers that the calm mesh gave.</summary>
/// <param name="Turns">In order.</param>
/// <param name="AllAtOnce">All turns are posted before the first is answered, so that some wait in the dialogue when the fault strikes.</param>
internal sealed record DialoguePlan(IReadOnlyList<PlannedTurn> Turns, bool AllAtOnce)
{
    /// <summary>Together with what is sent around them, the turns of a dialogue fit into the model's context of 512 tokens.</summary>
    /// <param name="number">Plans of a round differ by it.</param>
    /// <param name="random">Draws the questions, and how they are answered.</param>
    public static DialoguePlan Draw(int number, Random random) => new(
        number % 2 == 0 ? [Turn("Begin", 24, random), Turn("And then", 120, random)] : [Turn("Tell", 300, random)],
        AllAtOnce: number % 4 == 0);

    private static PlannedTurn Turn(string text, int maxTokens, Random random) =>
        new($"{text} {random.Next(100)}.", maxTokens, random.Next(2) == 0 ? 0 : 1, random.NextInt64(1, 1_000_000));
}
