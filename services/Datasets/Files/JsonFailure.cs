using System.Text.Json;

namespace MultiModalMesh.Datasets.Files;

internal static class JsonFailure
{
    /// <summary>What the library says without its own line and byte, which count from where it began to read.</summary>
    public static string Sentence(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }
}
