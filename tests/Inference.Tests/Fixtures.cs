using System.Text.Json;

namespace MultiModalMesh.Inference.Tests;

/// <summary>Small packs with golden outputs of the reference implementation; see fixtures/hf/README.md.</summary>
internal static class Fixtures
{
    public static string Path(params string[] parts) => System.IO.Path.Combine([AppContext.BaseDirectory, "fixtures", "hf", .. parts]);

    public static JsonElement Goldens(string pack) => JsonDocument.Parse(File.ReadAllBytes(Path(pack, "goldens.json"))).RootElement;

    public static int[] Ints(this JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetInt32())];
}
