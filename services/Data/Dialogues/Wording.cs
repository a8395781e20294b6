using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>The words that answers are made of.</summary>
internal static class Wording
{
    private static readonly string[] Numerals = ["none", "one", "two", "three", "four"];

    /// <summary>Cells of the 3 x 3 grid, row-major.</summary>
    public static IReadOnlyList<string> Cells { get; } =
    [
        "at the top left", "at the top", "at the top right", "on the left", "in the middle", "on the right",
        "at the bottom left", "at the bottom", "at the bottom right",
    ];

    public static string Numeral(int count) => Numerals[count];

    public static string YesNo(bool yes) => yes ? "Yes." : "No.";

    /// <summary>"a cup", "two cups".</summary>
    public static string Counted(Kind kind, int count) => count == 1 ? kind.WithArticle : $"{Numeral(count)} {kind.Plural}";

    /// <summary>"a cup", "a cup and a tree", "a cup, a dog and a tree".</summary>
    public static string List(IReadOnlyList<string> parts) =>
        parts.Count == 1 ? parts[0] : $"{string.Join(", ", parts.Take(parts.Count - 1))} and {parts[^1]}";

    public static string List(IEnumerable<(Kind Kind, int Count)> groups) => List([.. groups.Select(g => Counted(g.Kind, g.Count))]);

    /// <summary>First letter in upper case, a period at the end.</summary>
    public static string Sentence(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}.";
}
