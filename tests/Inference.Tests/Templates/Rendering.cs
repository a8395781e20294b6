using System.Text.Json.Nodes;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Templates;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Templates;

/// <summary>Rendering in one line, for tests.</summary>
internal static class Rendering
{
    public const string Origin = "tokenizer_config.json, chat_template";

    /// <param name="template">The template.</param>
    /// <param name="messages">As JSON.</param>
    /// <param name="variables">As JSON.</param>
    public static string Text(string template, string messages = "[]", string variables = "{}") =>
        string.Concat(Segments(template, messages, variables).Select(s => s.Text));

    public static IReadOnlyList<TemplateSegment> Segments(string template, string messages, string variables = "{}") =>
        ChatTemplate.Parse(template, Origin).Render(JsonNode.Parse(messages)!.AsArray(), JsonNode.Parse(variables)!.AsObject());

    /// <summary>The rendering with what was typed in brackets.</summary>
    public static string Marked(string template, string messages, string variables = "{}") =>
        string.Concat(Segments(template, messages, variables).Select(s => s.Typed ? $"⟦{s.Text}⟧" : s.Text));

    public static MeshException Refusal(string template) => Assert.Throws<MeshException>(() => ChatTemplate.Parse(template, Origin));

    public static MeshException Failure(string template, string messages = "[]", string variables = "{}") =>
        Assert.Throws<MeshException>(() => Segments(template, messages, variables));
}
