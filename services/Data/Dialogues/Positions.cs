using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>Questions about cells of the 3 x 3 grid, and about what is furthest to one side.</summary>
internal static class Positions
{
    private static readonly string[] WherePhrases =
    [
        "where is the {a}?", "where can you see the {a}?", "where in the picture is the {a}?", "in which part of the picture is the {a}?", "where do you see the {a}?",
    ];

    private static readonly string[] NameAtPhrases = ["what is {b}?", "what is {b} of the picture?", "what do you see {b}?", "what can you see {b}?", "which object is {b}?"];

    private static readonly string[] IsAtPhrases = ["is the {a} {b}?", "is the {a} {b} of the picture?", "do you see the {a} {b}?", "can you see the {a} {b}?"];

    private static readonly string[][] FurthestPhrases =
    [
        ["what is furthest left?", "which thing is furthest to the left?", "which object is furthest left?", "what is the leftmost thing?"],
        ["what is furthest right?", "which thing is furthest to the right?", "which object is furthest right?", "what is the rightmost thing?"],
        ["what is highest up?", "which thing is highest?", "which object is nearest to the top?", "what is the topmost thing?"],
        ["what is lowest down?", "which thing is lowest?", "which object is nearest to the bottom?", "what is the lowest thing?"],
    ];

    public static Draft? Where(SceneGraph graph, RandomStream random)
    {
        var candidates = graph.Unique.Where(i => graph.Cell(i) is not null).ToArray();
        return candidates.Length == 0 ? null : WhereIs(graph, random.Pick(candidates), random.Pick(WherePhrases));
    }

    /// <summary>The object's cell must be clear.</summary>
    public static Draft WhereIs(SceneGraph graph, int index, string template) =>
        new(QuestionKind.Where, $"where {index}", template, Wording.Sentence(Wording.Cells[graph.Cell(index)!.Value]))
        {
            A = (graph.KindOf(index).Singular, [index]),
            Shown = [(Wording.Cells[graph.Cell(index)!.Value], [index])],
            Subject = index,
            SubjectKind = graph.KindOf(index).Id,
        };

    public static Draft? NameAt(SceneGraph graph, RandomStream random, IReadOnlyList<string>? phrases = null)
    {
        var wantsNothing = random.Chance(0.2);
        var cells = Enumerable.Range(0, 9).Where(cell => graph.InCell(cell) is { } inside && inside.Count == 0 == wantsNothing).ToArray();
        if (cells.Length == 0)
        {
            return null;
        }

        var cell = random.Pick(cells);
        var found = graph.InCell(cell)!;
        var answer = found.Count == 0 ? "Nothing." : Wording.Sentence(Wording.List(graph.Grouped(found)));
        return new Draft(QuestionKind.NameAt, $"at {cell}", random.Pick(phrases ?? NameAtPhrases), answer)
        {
            B = (Wording.Cells[cell], null),
            Shown = graph.Shown(found),
            Subject = found.Count == 1 ? found[0] : -1,
        };
    }

    public static Draft? IsAt(SceneGraph graph, RandomStream random, int index = -1, IReadOnlyList<string>? phrases = null)
    {
        var candidates = graph.Unique.Where(i => graph.Cell(i) is not null && (index < 0 || i == index)).ToArray();
        if (candidates.Length == 0)
        {
            return null;
        }

        var subject = random.Pick(candidates);
        var own = graph.Cell(subject)!.Value;
        var yes = random.Chance(0.5);
        var cell = yes ? own : (own + 1 + random.Below(8)) % 9;
        return new Draft(QuestionKind.RelationYesNo, $"where {subject}", random.Pick(phrases ?? IsAtPhrases), Wording.YesNo(yes))
        {
            A = (graph.KindOf(subject).Singular, [subject]),
            B = (Wording.Cells[cell], null),
            Subject = subject,
        };
    }

    public static Draft? Furthest(SceneGraph graph, RandomStream random)
    {
        var direction = (Direction)random.Below(4);
        var index = graph.Furthest(direction);
        return graph.ObjectCount < 2 || index < 0 ? null
            : new Draft(QuestionKind.RelationWhat, $"furthest {direction}", random.Pick(FurthestPhrases[(int)direction]), Wording.Sentence(graph.KindOf(index).WithArticle))
            {
                Subject = index,
                Shown = graph.Shown([index]),
            };
    }
}
