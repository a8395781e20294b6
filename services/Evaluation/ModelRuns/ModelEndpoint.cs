using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Items;

namespace MultiModalMesh.Evaluation.ModelRuns;

/// <summary>One message of a conversation; a user's may have a picture.</summary>
public sealed record ChatMessage(string Role, string Text, byte[]? Picture = null);

/// <summary>Something to embed: exactly one of the two.</summary>
public sealed record EmbeddingPart(string? Text, byte[]? Picture);

/// <summary>A model behind OpenAI's HTTP API: the mesh's or anybody's.</summary>
/// <param name="http">With the base address that <c>chat/completions</c> stands below, and the key.</param>
/// <param name="model">As the server knows it.</param>
/// <param name="maxTokens">Of an answer; null leaves it to the server.</param>
/// <param name="time">For the pauses that a busy server asks for.</param>
public sealed class ModelEndpoint(HttpClient http, string model, int? maxTokens, TimeProvider time)
{
    /// <summary>How often a busy server is asked again before its refusal counts as the item's failure.</summary>
    private const int BusyRetries = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The whole answer, at temperature 0.</summary>
    /// <exception cref="MeshException">PeerUnavailable, or the server's own refusal.</exception>
    public async Task<string> ChatAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken)
    {
        var body = new Dictionary<string, object>
        {
            ["model"] = model,
            ["temperature"] = 0,
            ["messages"] = messages.Select(message => new { role = message.Role, content = Content(message) }),
        };
        if (maxTokens is { } limit)
        {
            body["max_tokens"] = limit;
        }

        var answer = await PostAsync("chat/completions", body, cancellationToken);
        return Guard("chat/completions", () => answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString() ?? "");
    }

    /// <summary>Vectors of length 1, in the order of the inputs.</summary>
    /// <exception cref="MeshException">PeerUnavailable, or the server's own refusal.</exception>
    public async Task<float[][]> EmbedAsync(IReadOnlyList<EmbeddingPart> inputs, CancellationToken cancellationToken)
    {
        var body = new { model, input = inputs.Select(input => input.Picture is { } picture ? Part(picture) : input.Text!) };
        var answer = await PostAsync("embeddings", body, cancellationToken);
        var vectors = Guard("embeddings", () => answer.GetProperty("data").EnumerateArray()
            .OrderBy(entry => entry.GetProperty("index").GetInt32())
            .Select(entry => Normalized([.. entry.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle())]))
            .ToArray());
        return vectors.Length == inputs.Count
            ? vectors
            : throw new MeshException(ErrorReason.PeerFailed, $"The server at {http.BaseAddress} embedded {vectors.Length} of {inputs.Count} inputs.");
    }

    private static float[] Normalized(float[] vector)
    {
        var length = MathF.Sqrt(vector.Sum(number => number * number));
        return length > 0 ? [.. vector.Select(number => number / length)] : vector;
    }

    private static object Content(ChatMessage message) => message.Picture is not { } picture ? message.Text
        : message.Text.Length == 0 ? new[] { Part(picture) }
        : new[] { Part(picture), new { type = "text", text = message.Text } };

    private static object Part(byte[] picture) =>
        new { type = "image_url", image_url = new { url = $"data:{PictureFiles.MediaTypeOf(picture)};base64,{Convert.ToBase64String(picture)}" } };

    private async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var response = await http.PostAsJsonAsync(path, body, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
                }

                if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && attempt < BusyRetries)
                {
                    await Task.Delay(response.Headers.RetryAfter?.Delta ?? Pause, time, cancellationToken);
                    continue;
                }

                throw Refusal(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
            }
            catch (HttpRequestException failure)
            {
                throw new MeshException(ErrorReason.PeerUnavailable, $"Nobody answers at {http.BaseAddress}: {failure.Message}", failure);
            }
            catch (JsonException failure)
            {
                throw new MeshException(ErrorReason.PeerFailed, $"The server at {http.BaseAddress} answered {path} with something that is not JSON.", failure);
            }
        }
    }

    private T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException or FormatException)
        {
            throw new MeshException(ErrorReason.PeerFailed, $"The server at {http.BaseAddress} answered {path} in another form than OpenAI's.", failure);
        }
    }

    private MeshException Refusal(HttpStatusCode status, string body)
    {
        var category = status switch
        {
            HttpStatusCode.NotFound => ErrorCategory.NotFound,
            HttpStatusCode.RequestEntityTooLarge => ErrorCategory.TooLarge,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ErrorCategory.Unauthenticated,
            HttpStatusCode.TooManyRequests => ErrorCategory.Overloaded,
            >= HttpStatusCode.InternalServerError => ErrorCategory.Unavailable,
            _ => ErrorCategory.InvalidArgument,
        };
        string? code = null, message = null;
        try
        {
            var root = JsonElement.Parse(body);
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
            {
                code = error.TryGetProperty("code", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
                message = error.TryGetProperty("message", out value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            }
        }
        catch (JsonException)
        {
            // A proxy's page; the status says enough.
        }

        return new MeshException(new ErrorReason(code ?? $"HTTP_{(int)status}", category), message ?? $"The server at {http.BaseAddress} answered {(int)status}.");
    }
}
