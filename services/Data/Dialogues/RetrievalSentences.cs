using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>One sentence that identifies the picture, in the varied wording that searches have.</summary>
internal static class RetrievalSentences
{
    private static readonly string[] Plain = ["{0}", "a picture of {0}", "a picture with {0}", "an image of {0}", "a drawing of {0}", "{0} in one picture"];

    private static readonly string[] WithBackground =
    [
        "{0} on {1}", "a picture of {0} on {1}", "{1} with {0}", "{0} in front of {1}", "an image with {0} on {1}", "a {2} picture with {0}", "{0}, {2} background",
    ];

    public static string Write(SceneGraph graph, RandomStream random)
    {
        var relation = random.Chance(0.25) ? WithRelation(graph, random) : null;
        var groups = graph.Groups.ToList();
        if (random.Chance(0.6))
        {
            random.Shuffle(groups);
        }

        var content = relation ?? Wording.List(groups);
        var text = random.Chance(0.65)
            ? string.Format(null, random.Pick(WithBackground), content, Captions.Background(graph), graph.Background).Replace("a orange", "an orange", StringComparison.Ordinal)
            : string.Format(null, random.Pick(Plain), content);
        return random.Chance(0.7) ? Wording.Sentence(text) : text;
    }

    /// <summary>"a dog to the left of a cup" if that tells everything in the picture.</summary>
    private static string? WithRelation(SceneGraph graph, RandomStream random)
    {
        if (graph.ObjectCount != 2 || graph.Unique.Count != 2)
        {
            return null;
        }

        var (a, b) = random.Chance(0.5) ? (0, 1) : (1, 0);
        foreach (var direction in Enum.GetValues<Direction>())
        {
            if (graph.Holds(a, direction, b) == true)
            {
                return $"{graph.KindOf(a).WithArticle} {Relations.Word(direction, random)} {graph.KindOf(b).WithArticle}";
            }
        }

        return null;
    }
}
