using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>Questions about what there is: names, counts, presence, the background.</summary>
internal static class Inventory
{
    private static readonly string[] WhatPhrases = ["what is this?", "what is that?", "what is this a picture of?", "which object is this?", "name this object.", "name this."];

    private static readonly string[] CountKindPhrases =
    [
        "how many {a} are there?", "how many {a} do you see?", "how many {a} are in the picture?", "how many {a} can you see?", "count the {a}.",
        "what is the number of {a}?",
    ];

    private static readonly string[] CountObjectsPhrases =
    [
        "how many things are there?", "how many objects are in the picture?", "how many things do you see?", "count the objects.", "how many objects can you see?",
    ];

    private static readonly string[] BackgroundPhrases =
    [
        "what colour is the background?", "what color is the background?", "which colour does the background have?", "what is the background colour?",
        "what is the color of the background?", "on which colour is it?",
    ];

    private static readonly string[] PresenceSingular = ["is there {a}?", "do you see {a}?", "can you see {a}?", "is there {a} in the picture?", "does the picture show {a}?"];

    private static readonly string[] PresencePlural = ["are there any {a}?", "can you see any {a}?", "do you see any {a} here?"];

    // Present kinds run out sooner than absent ones, as no fact is asked for twice; this makes "Yes." and "No." come out even.
    private const double PresentShare = 0.57;

    // Scenes with three or four of a kind are rare, so they are asked about whenever they occur.
    private static readonly double[] CountWeights = [0.3, 0.5, 3, 8, 16];

    public static Draft? What(SceneGraph graph, RandomStream random) => graph.ObjectCount != 1 ? null
        : new Draft(QuestionKind.What, "what", random.Pick(WhatPhrases), Wording.Sentence(graph.KindOf(0).WithArticle))
        {
            Subject = 0,
            SubjectKind = graph.KindOf(0).Id,
            Shown = [(graph.KindOf(0).WithArticle, [0])],
        };

    public static Draft CountKind(SceneGraph graph, RandomStream random, IReadOnlyList<string>? phrases = null)
    {
        Span<double> weights = stackalloc double[CountWeights.Length];
        weights[0] = CountWeights[0];
        foreach (var (_, count) in graph.Groups)
        {
            weights[count] = CountWeights[count];
        }

        var wanted = random.Weighted(weights);
        var kind = wanted == 0 ? Absent(graph, random) : random.Pick([.. graph.Groups.Where(g => g.Count == wanted)]).Kind;
        return CountOf(graph, kind, random.Pick(phrases ?? CountKindPhrases));
    }

    public static Draft CountOf(SceneGraph graph, Kind kind, string template) =>
        new(QuestionKind.CountKind, $"count {kind.Id}", template, Wording.Sentence(Wording.Numeral(graph.Count(kind.Id))))
        {
            A = (kind.Plural, graph.Of(kind.Id)),
            SubjectKind = kind.Id,
            Shown = graph.Count(kind.Id) > 0 ? [(Wording.Numeral(graph.Count(kind.Id)), graph.Of(kind.Id))] : [],
        };

    public static Draft CountObjects(SceneGraph graph, RandomStream random) =>
        new(QuestionKind.CountObjects, "count", random.Pick(CountObjectsPhrases), Wording.Sentence(Wording.Numeral(graph.ObjectCount)));

    public static Draft Background(SceneGraph graph, RandomStream random, IReadOnlyList<string>? phrases = null) =>
        new(QuestionKind.Background, "background", random.Pick(phrases ?? BackgroundPhrases), Wording.Sentence(graph.Background));

    public static Draft Presence(SceneGraph graph, RandomStream random, string? singularTemplate = null)
    {
        var present = random.Chance(PresentShare);
        var kind = present ? random.Pick(graph.Groups).Kind : Absent(graph, random);
        var singular = singularTemplate is not null || random.Chance(0.65);
        var template = singularTemplate ?? random.Pick(singular ? PresenceSingular : PresencePlural);
        var subject = graph.UniqueOf(kind.Id);

        // The noun alone is the mention, so the article belongs to the template.
        return new Draft(QuestionKind.Presence, $"presence {kind.Id}", singular ? template.Replace("{a}", $"{kind.Article} {{a}}", StringComparison.Ordinal) : template, Wording.YesNo(present))
        {
            A = (singular ? kind.Singular : kind.Plural, graph.Of(kind.Id)),
            Subject = subject,
            SubjectKind = present ? kind.Id : -1,
        };
    }

    /// <summary>A kind that is not in the picture; often one of the same group as something that is.</summary>
    public static Kind Absent(SceneGraph graph, RandomStream random)
    {
        for (var attempt = 0; ; attempt++)
        {
            var similar = attempt < 4 && random.Chance(0.45);
            var kind = random.Pick(similar ? graph.Art.KindsByGroup[random.Pick(graph.Groups).Kind.Group] : graph.Art.Kinds);
            if (graph.Count(kind.Id) == 0)
            {
                return kind;
            }
        }
    }
}
