using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>Questions about left of, right of, above and below between two objects.</summary>
internal static class Relations
{
    private static readonly string[] WhatPhrases = ["what is {r} the {a}?", "which thing is {r} the {a}?", "what do you see {r} the {a}?", "what can you see {r} the {a}?", "what is there {r} the {a}?"];

    private static readonly string[] IsPhrases = ["is the {b} {r} the {a}?", "is the {b} {r} the {a} in the picture?", "can you see the {b} {r} the {a}?", "do you see the {b} {r} the {a}?"];

    private static readonly string[][] Words = [["left of", "to the left of"], ["right of", "to the right of"], ["above", "above", "over"], ["below", "under", "beneath"]];

    // A relation that holds is easier to lose to the dialogue's "asked before" than one that does not.
    private const double YesShare = 0.54;

    public static string Word(Direction direction, RandomStream random) => random.Pick(Words[(int)direction]);

    public static Draft? What(SceneGraph graph, RandomStream random, int anchor = -1, IReadOnlyList<string>? phrases = null)
    {
        var anchors = anchor >= 0 ? [anchor] : graph.Unique;
        var options = (from a in anchors from d in Enum.GetValues<Direction>() let found = graph.Related(d, a) where found is not null select (Anchor: a, Direction: d, Found: found)).ToArray();

        // Most directions are empty; asked evenly, "Nothing." would be the commonest answer.
        var wantsNothing = random.Chance(0.2);
        var fitting = options.Where(o => o.Found.Count == 0 == wantsNothing).ToArray();
        if (fitting.Length == 0)
        {
            return null;
        }

        var (chosen, direction, objects) = random.Pick(fitting);
        var template = random.Pick(phrases ?? WhatPhrases).Replace("{r}", Word(direction, random), StringComparison.Ordinal);
        var answer = objects.Count == 0 ? "Nothing." : Wording.Sentence(Wording.List(graph.Grouped(objects)));
        return new Draft(QuestionKind.RelationWhat, $"{direction} {chosen}", template, answer)
        {
            A = (graph.KindOf(chosen).Singular, [chosen]),
            Shown = graph.Shown(objects),
            Subject = chosen,
        };
    }

    public static Draft? YesNo(SceneGraph graph, RandomStream random)
    {
        if (graph.Unique.Count < 2)
        {
            return null;
        }

        var anchor = random.Pick(graph.Unique);
        var subject = random.Pick([.. graph.Unique.Where(i => i != anchor)]);
        var yes = random.Chance(YesShare);
        var directions = Enum.GetValues<Direction>().Where(d => graph.Holds(subject, d, anchor) == yes).ToArray();
        if (directions.Length == 0)
        {
            return null;
        }

        var direction = yes ? random.Pick(directions) : MostlyOpposite(graph, subject, anchor, directions, random);
        var template = random.Pick(IsPhrases).Replace("{r}", Word(direction, random), StringComparison.Ordinal);
        return Is(graph, subject, direction, anchor, template);
    }

    /// <summary>The relation must be clear.</summary>
    public static Draft Is(SceneGraph graph, int subject, Direction direction, int anchor, string template) =>
        new(QuestionKind.RelationYesNo, $"{subject} {direction} {anchor}", template, Wording.YesNo(graph.Holds(subject, direction, anchor)!.Value))
        {
            A = (graph.KindOf(anchor).Singular, [anchor]),
            B = (graph.KindOf(subject).Singular, [subject]),
            Subject = anchor,
            Relation = direction,
        };

    private static Direction MostlyOpposite(SceneGraph graph, int subject, int anchor, Direction[] directions, RandomStream random)
    {
        var opposite = directions.Where(d => graph.Holds(anchor, d, subject) == true).ToArray();
        return random.Pick(opposite.Length > 0 && random.Chance(0.6) ? opposite : directions);
    }
}
