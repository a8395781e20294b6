namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>The head of a hub's <c>README.md</c>: YAML between two lines of dashes.</summary>
internal static class ModelCard
{
    private const int LongestHead = 200;

    /// <summary>The licence that the card names; empty where there is none.</summary>
    public static string License(string directory)
    {
        var path = Path.Combine(directory, "README.md");
        if (!File.Exists(path))
        {
            return "";
        }

        var lines = File.ReadLines(path).Take(LongestHead).Select(line => line.Trim()).ToList();
        var end = lines.Count > 0 && lines[0] == "---" ? lines.IndexOf("---", 1) : -1;
        return lines.Take(Math.Max(end, 0)).Select(Value).FirstOrDefault(value => value is not null) ?? "";

        static string? Value(string line) => line.StartsWith("license:", StringComparison.Ordinal) ? line["license:".Length..].Trim(' ', '"', '\'') : null;
    }
}
