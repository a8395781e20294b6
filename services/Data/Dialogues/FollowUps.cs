using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>Questions that lean on the turn before them: "and the background?", "what about the cup?", "and above it?".</summary>
internal static class FollowUps
{
    private static readonly string[] AndThe = ["what about the {a}?", "and the {a}?", "how about the {a}?", "and where is the {a}?"];
    private static readonly string[] OtherOne = ["what about the other one?", "and the other one?", "where is the other one?", "and where is the other thing?"];
    private static readonly string[] AndKinds = ["what about {a}?", "and {a}?", "and how many {a}?", "how about {a}?"];
    private static readonly string[] OfThem = ["how many of them are {a}?", "and how many of them are {a}?", "how many of these are {a}?", "how many {a} are among them?"];
    private static readonly string[] HowMany = ["how many?", "how many of them are there?", "how many of them do you see?", "and how many are there?"];
    private static readonly string[] AndOne = ["and {a}?", "what about {a}?", "how about {a}?", "or {a}?"];
    private static readonly string[] OfIt = ["and {r} {it}?", "and what is {r} {it}?", "what is {r} {it}?", "what about {r} {it}?"];
    private static readonly string[] AndOfIt = ["and {r} {it}?", "and what is {r} {it}?", "and what about {r} {it}?", "and what do you see {r} {it}?"];
    private static readonly string[] AndOf = ["and what is {r} the {a}?", "and {r} the {a}?", "and what do you see {r} the {a}?", "what about {r} the {a}?"];
    private static readonly string[] WhereIsIt = ["where is {it}?", "and where is {it}?", "where in the picture is {it}?", "where do you see {it}?"];
    private static readonly string[] IsIt = ["is {it} {b}?", "is {it} {b} of the picture?", "and is {it} {b}?", "do you see {it} {b}?"];
    private static readonly string[] AndThere = ["and {b}?", "what about {b}?", "and what is {b}?", "how about {b}?"];
    private static readonly string[] AndBackground = ["and the background?", "what about the background?", "and what colour is the background?", "and which color is the background?"];
    private static readonly string[] BehindThem = ["what colour is it behind them?", "what color is behind them?", "and what colour is behind them?", "which colour do they stand on?"];
    private static readonly string[] BehindIt = ["what colour is behind {it}?", "what color is behind {it}?", "and what colour is behind {it}?", "and which color is behind {it}?"];

    // "Yes." has fewer candidates than "No."; this makes them come out even.
    private const double YesShare = 0.75;

    /// <summary>A follow-up to the turn before, or null if the one drawn does not fit it.</summary>
    public static Draft? Ask(SceneGraph graph, Draft before, RandomStream random)
    {
        var draft = random.Chance(0.06) ? Background(graph, before, random) : before.Kind switch
        {
            QuestionKind.Where => random.Chance(0.6) ? Elsewhere(graph, before, random) : OfSubject(graph, before, random),
            QuestionKind.What => AboutIt(graph, before, random),
            QuestionKind.CountKind => random.Chance(0.5) ? Inventory.CountKind(graph, random, AndKinds) : null,
            QuestionKind.CountObjects => Inventory.CountKind(graph, random, OfThem),
            QuestionKind.Presence => AfterPresence(graph, before, random),
            QuestionKind.RelationWhat => AfterRelation(graph, before, random),
            QuestionKind.RelationYesNo => AfterYesNo(graph, before, random),
            QuestionKind.NameAt => random.Chance(0.5) ? Positions.NameAt(graph, random, AndThere) : OfSubject(graph, before, random),
            QuestionKind.Caption => random.Chance(0.3) ? Background(graph, before, random) : null,
            _ => null,
        };
        return draft is null ? null : draft with { FollowUp = true };
    }

    private static Draft? Background(SceneGraph graph, Draft before, RandomStream random)
    {
        // A plain caption has just named the colour.
        if (before.Kind == QuestionKind.SmallTalk || before.Answer.EndsWith("background.", StringComparison.Ordinal))
        {
            return null;
        }

        return before.Subject >= 0 && random.Chance(0.4) ? Inventory.Background(graph, random, BehindIt) with { Subject = before.Subject }
            : graph.ObjectCount > 1 && before.Kind is QuestionKind.CountObjects or QuestionKind.Caption && random.Chance(0.6) ? Inventory.Background(graph, random, BehindThem)
            : Inventory.Background(graph, random, AndBackground);
    }

    private static Draft? Elsewhere(SceneGraph graph, Draft before, RandomStream random)
    {
        var others = graph.Unique.Where(i => i != before.Subject && graph.Cell(i) is not null).ToArray();
        if (others.Length == 0)
        {
            return null;
        }

        var other = random.Pick(others);
        return graph.ObjectCount == 2 && random.Chance(0.6)
            ? Positions.WhereIs(graph, other, random.Pick(OtherOne))
            : Positions.WhereIs(graph, other, random.Pick(AndThe));
    }

    private static Draft? AboutIt(SceneGraph graph, Draft before, RandomStream random) =>
        before.Subject < 0 || graph.Cell(before.Subject) is null ? null
        : random.Chance(0.6) ? Positions.WhereIs(graph, before.Subject, random.Pick(WhereIsIt))
        : graph.Unique.Contains(before.Subject) ? Positions.IsAt(graph, random, before.Subject, IsIt) : null;

    private static Draft? OfSubject(SceneGraph graph, Draft before, RandomStream random) =>
        before.Subject < 0 || graph.ObjectCount < 2 ? null
        : Relations.What(graph, random, before.Subject, before.Kind == QuestionKind.RelationWhat ? AndOfIt : OfIt);

    private static Draft? AfterPresence(SceneGraph graph, Draft before, RandomStream random) => random.Below(3) switch
    {
        0 => Inventory.Presence(graph, random, random.Pick(AndOne)),
        1 when before.SubjectKind >= 0 => Inventory.CountOf(graph, graph.Art.Kinds[before.SubjectKind], random.Pick(HowMany)),
        _ => before.SubjectKind >= 0 ? AboutIt(graph, before, random) : null,
    };

    private static Draft? AfterRelation(SceneGraph graph, Draft before, RandomStream random) =>
        random.Chance(0.65) ? OfSubject(graph, before, random) : Relations.What(graph, random, phrases: AndOf);

    private static Draft? AfterYesNo(SceneGraph graph, Draft before, RandomStream random)
    {
        if (before.Relation is not { } direction)
        {
            return null;
        }

        var yes = random.Chance(YesShare);
        var subjects = graph.Unique.Where(i => i != before.Subject && graph.Holds(i, direction, before.Subject) == yes).ToArray();
        return subjects.Length == 0 ? null : Relations.Is(graph, random.Pick(subjects), direction, before.Subject, random.Pick(["what about the {b}?", "and the {b}?", "how about the {b}?", "is the {b}?"]));
    }
}
