using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Mesh.Client;

/// <summary>The command line's view of a gateway's HTTP API. Refusals come as <see cref="MeshException"/> with the server's own words.</summary>
internal sealed partial class MeshClient(HttpClient http) : IDisposable
{
    /// <summary>How often a busy server is asked again before its refusal is passed on.</summary>
    private const int BusyRetries = 20;

    public void Dispose() => http.Dispose();

    /// <summary>Streams the answer to one question about one picture; an empty question asks for a description.</summary>
    public async IAsyncEnumerable<string> AskAsync(
        FileInfo image, string question, string? model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parts = new List<object> { new { type = "image_url", image_url = new { url = await DataUrlAsync(image, cancellationToken) } } };
        if (question.Length > 0)
        {
            parts.Add(new { type = "text", text = question });
        }

        var body = new { model = model ?? "default", stream = true, messages = new[] { new { role = "user", content = parts } } };
        using var response = await SendAsync(HttpMethod.Post, "v1/chat/completions", () => JsonContent.Create(body), cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            if (item.Data == "[DONE]")
            {
                yield break;
            }

            using var chunk = JsonDocument.Parse(item.Data);
            if (chunk.RootElement.TryGetProperty("error", out var error))
            {
                throw ToException(HttpStatusCode.InternalServerError, error, null);
            }

            if (chunk.RootElement.GetProperty("choices") is { } choices && choices.GetArrayLength() > 0
                && choices[0].GetProperty("delta").TryGetProperty("content", out var content)
                && content.GetString() is { Length: > 0 } text)
            {
                yield return text;
            }
        }
    }

    public async Task<IReadOnlyList<Model>> ListModelsAsync(CancellationToken cancellationToken) =>
        (await GetAsync<ModelList>("v1/models", cancellationToken)).Data;

    /// <summary>As the server tells it, for those who pass it on; <see cref="SystemAnswer"/> reads it.</summary>
    public Task<JsonElement> GetSystemAsync(CancellationToken cancellationToken) => GetAsync<JsonElement>("api/system", cancellationToken);

    /// <summary>Creates a collection for the server's own embeddings; does nothing if it is there.</summary>
    public async Task CreateCollectionAsync(string collection, string? model, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            HttpMethod.Put, $"api/collections/{Uri.EscapeDataString(collection)}", () => JsonContent.Create(new { model }), cancellationToken);
    }

    public static async Task<byte[]> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(file.FullName, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.ImageNotFound, $"'{file.FullName}' cannot be read: {failure.Message}", failure);
        }
    }

    private static async Task<string> DataUrlAsync(FileInfo file, CancellationToken cancellationToken) =>
        $"data:application/octet-stream;base64,{Convert.ToBase64String(await ReadAsync(file, cancellationToken))}";

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, () => null, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellationToken))!;
    }

    /// <summary>Sends a request; a busy server (429) is asked again after the delay it names.</summary>
    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, Func<HttpContent?> content, CancellationToken cancellationToken, string? accept = null)
    {
        for (var attempt = 0; ; attempt++)
        {
            HttpResponseMessage response;
            try
            {
                using var request = new HttpRequestMessage(method, path) { Content = content() };
                if (accept is not null)
                {
                    request.Headers.Accept.ParseAdd(accept);
                }

                response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            }
            catch (HttpRequestException failure)
            {
                throw new MeshException(
                    ErrorReason.PeerUnavailable, $"No mesh answers at {http.BaseAddress}: {failure.Message} Start one with 'serve', or leave out --url.", failure);
            }

            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                var delay = response.Headers.RetryAfter?.Delta;
                if (response.StatusCode == HttpStatusCode.TooManyRequests && attempt < BusyRetries)
                {
                    await Task.Delay(delay ?? TimeSpan.FromSeconds(1), cancellationToken);
                    continue;
                }

                throw await ReadErrorAsync(response, delay, cancellationToken);
            }
        }
    }

    private static async Task<MeshException> ReadErrorAsync(HttpResponseMessage response, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            using var body = JsonDocument.Parse(text);
            var root = body.RootElement;
            return ToException(response.StatusCode, root.TryGetProperty("error", out var error) ? error : root, retryAfter);
        }
        catch (JsonException)
        {
            return new MeshException(ErrorReason.PeerUnavailable, $"The server answered {(int)response.StatusCode} {response.ReasonPhrase}.");
        }
    }

    /// <summary>Reads both shapes of the gateway's errors: problem details (/api) and OpenAI's (/v1).</summary>
    private static MeshException ToException(HttpStatusCode status, JsonElement error, TimeSpan? retryAfter)
    {
        string? Text(string name) => error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        var category = status switch
        {
            HttpStatusCode.NotFound => ErrorCategory.NotFound,
            HttpStatusCode.Conflict => ErrorCategory.FailedPrecondition,
            HttpStatusCode.RequestEntityTooLarge => ErrorCategory.TooLarge,
            HttpStatusCode.Unauthorized => ErrorCategory.Unauthenticated,
            HttpStatusCode.TooManyRequests => ErrorCategory.Overloaded,
            >= HttpStatusCode.InternalServerError => ErrorCategory.Unavailable,
            _ => ErrorCategory.InvalidArgument,
        };
        var code = Text("reason") ?? Text("code") ?? status.ToString();
        var message = Text("detail") ?? Text("message") ?? Text("title") ?? $"The server answered {(int)status}.";
        return new MeshException(new ErrorReason(code, category), message) { RetryAfter = retryAfter };
    }
}
