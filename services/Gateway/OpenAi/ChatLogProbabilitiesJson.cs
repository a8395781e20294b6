using System.Text.Json.Serialization;
using Google.Protobuf;
using MultiModalMesh.Decoder.V1;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>How likely the tokens of an answer were, as OpenAI's chat completions write it.</summary>
internal sealed record ChatLogProbabilitiesJson(
    [property: JsonPropertyName("content")] IReadOnlyList<ChatTokenJson> Content, [property: JsonPropertyName("refusal")] IReadOnlyList<ChatTokenJson>? Refusal = null)
{
    // JSON has no infinity; this is what OpenAI's API says of a token that cannot come.
    private const float Least = -9999;

    /// <returns>Null where no log probabilities were asked for.</returns>
    public static ChatLogProbabilitiesJson? From(IEnumerable<Token?> tokens)
    {
        List<ChatTokenJson> content = [.. tokens.OfType<Token>().Select(ChatTokenJson.From)];
        return content.Count == 0 ? null : new ChatLogProbabilitiesJson(content);
    }

    public static float Finite(float logProbability) => float.IsNaN(logProbability) ? Least : MathF.Max(Least, logProbability);
}

/// <param name="Token">The token's text; U+FFFD for what is no whole character.</param>
/// <param name="LogProbability">Natural logarithm.</param>
/// <param name="Bytes">Of the text, also of characters that the token has a part of.</param>
/// <param name="Alternatives">The most likely tokens at this place, best first.</param>
internal sealed record ChatTokenJson(
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("logprob")] float LogProbability,
    [property: JsonPropertyName("bytes")] IReadOnlyList<int> Bytes,
    [property: JsonPropertyName("top_logprobs")] IReadOnlyList<ChatAlternativeJson> Alternatives)
{
    public static ChatTokenJson From(Token token) => new(
        token.Text,
        ChatLogProbabilitiesJson.Finite(token.LogProbability),
        ToNumbers(token.TextBytes),
        [.. token.Alternatives.Select(a => new ChatAlternativeJson(a.Text, ChatLogProbabilitiesJson.Finite(a.LogProbability), ToNumbers(a.TextBytes)))]);

    private static int[] ToNumbers(ByteString bytes) => [.. bytes.Select(b => (int)b)];
}

internal sealed record ChatAlternativeJson(
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("logprob")] float LogProbability,
    [property: JsonPropertyName("bytes")] IReadOnlyList<int> Bytes);
