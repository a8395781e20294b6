using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>Descriptions of the whole picture. The prompt decides which of three families of answers is wanted.</summary>
internal static class Captions
{
    private static readonly string[] PlainPrompts =
    [
        "describe the picture.", "describe this picture.", "describe the image.", "caption this.", "caption this picture.",
        "give me a caption.", "write a caption for this picture.",
    ];

    private static readonly string[] ListPrompts =
    [
        "what do you see?", "what is in the picture?", "what can you see here?", "what is shown here?", "what does the picture show?",
        "which things are in the picture?",
    ];

    private static readonly string[] DetailedPrompts =
    [
        "describe the picture in detail.", "give a detailed description.", "tell me what is where.", "describe where everything is.",
    ];

    public static Draft? Ask(SceneGraph graph, RandomStream random) => random.Weighted([0.5, 0.3, 0.2]) switch
    {
        0 => new Draft(QuestionKind.Caption, "caption", random.Pick(PlainPrompts), Plain(graph)) { Shown = graph.Shown(graph.LeftToRight) },
        1 => new Draft(QuestionKind.Caption, "caption", random.Pick(ListPrompts), Listed(graph)) { Shown = graph.Shown(graph.LeftToRight) },
        _ => Detailed(graph) is { } parts
            ? new Draft(QuestionKind.Caption, "caption", random.Pick(DetailedPrompts), Wording.Sentence($"{Wording.List([.. parts])} on {Background(graph)}"))
            {
                Shown = parts.Zip(graph.LeftToRight, (text, index) => (text, (IReadOnlyList<int>)[index])),
            }
            : null,
    };

    /// <summary>"Two dogs, a cup and a tree on a green background."</summary>
    public static string Plain(SceneGraph graph) => Wording.Sentence($"{Wording.List(graph.Groups)} on {Background(graph)}");

    /// <summary>"an orange background".</summary>
    public static string Background(SceneGraph graph) => $"{(graph.Background is "orange" ? "an" : "a")} {graph.Background} background";

    private static string Listed(SceneGraph graph) => Wording.Sentence($"there {(graph.Groups[0].Count == 1 ? "is" : "are")} {Wording.List(graph.Groups)}");

    /// <summary>For each object, from the left: what it is and where. Null where something cannot be said clearly.</summary>
    private static string[]? Detailed(SceneGraph graph)
    {
        if (graph.ObjectCount > 3 || graph.LeftToRight.Any(i => graph.Cell(i) is null))
        {
            return null;
        }

        return [.. graph.LeftToRight.Select(i => $"{graph.KindOf(i).WithArticle} {Wording.Cells[graph.Cell(i)!.Value]}")];
    }
}
