using System.Text.Json.Nodes;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Tests.Tokenizers;

/// <summary>Tokenizers from a <c>tokenizer.json</c> that a test wrote.</summary>
internal static class TokenizerText
{
    public static Tokenizer Load(JsonNode json) => Load(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()));

    public static Tokenizer Load(ReadOnlySpan<byte> json)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, json);
            return Tokenizer.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
