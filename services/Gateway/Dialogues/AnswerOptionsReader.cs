using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.OpenAi;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Gateway.Dialogues;

/// <summary>What a turn and a job say alike about the answers they want.</summary>
internal static class AnswerOptionsReader
{
    /// <exception cref="MeshException">InvalidRequest: a format and choices, or a format that is none.</exception>
    public static TurnOptions Read(
        int? maxTokens, float? temperature, float? topP, long? seed, string? model, JsonElement? responseFormat, IReadOnlyList<string>? choices) => new()
        {
            MaxTokens = maxTokens ?? 0,
            Temperature = temperature ?? 0,
            TopP = topP ?? 0,
            Seed = seed ?? 0,
            Model = model is null or "default" ? "" : model,
            Format = ReadFormat(responseFormat, choices),
        };

    private static AnswerFormat? ReadFormat(JsonElement? responseFormat, IReadOnlyList<string>? choices)
    {
        var format = responseFormat is { ValueKind: not JsonValueKind.Null } given ? FormatReader.ReadResponseFormat(given, "responseFormat") : null;
        return (format, choices) switch
        {
            (null, null) => null,
            (null, { } texts) => new AnswerFormat { Choices = texts },
            ({ } schema, null) => new AnswerFormat { JsonSchema = schema.Constraint.JsonSchema },
            _ => throw new MeshException(ErrorReason.InvalidRequest, "There are a responseFormat and choices; send one of them.") { Field = "choices" },
        };
    }
}
