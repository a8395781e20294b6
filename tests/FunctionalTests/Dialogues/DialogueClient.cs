using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MultiModalMesh.FunctionalTests.Dialogues;

/// <summary>The dialogue API as a user's own program would call it.</summary>
internal sealed class DialogueClient(HttpClient http)
{
    public async Task<string> UploadAsync(byte[] picture, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsync("api/images", new ByteArrayContent(picture), cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(response.IsSuccessStatusCode, body);
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("id").GetString()!;
    }

    public async Task<string> PostTurnAsync(
        string dialogue, string requestId, string text, string[] images, CancellationToken cancellationToken, object? options = null)
    {
        var turn = JsonSerializer.SerializeToNode(options ?? new { })!.AsObject();
        turn["requestId"] = requestId;
        turn["text"] = text;
        turn["images"] = JsonSerializer.SerializeToNode(images);
        using var response = await http.PostAsJsonAsync($"api/dialogues/{dialogue}/turns", turn, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(response.StatusCode == System.Net.HttpStatusCode.Accepted, $"{response.StatusCode}: {body}");
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("turnId").GetString()!;
    }

    /// <summary>The turn's events from a token number on, until it ends.</summary>
    public async IAsyncEnumerable<SseItem<string>> WatchAsync(
        string dialogue, string turnId, [EnumeratorCancellation] CancellationToken cancellationToken, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/dialogues/{dialogue}/turns/{turnId}/events");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>Posts a turn and reads it to its end.</summary>
    /// <returns>The answer as it streamed; asserted to equal the answer in the final event.</returns>
    public async Task<string> AskAsync(string dialogue, string text, string[] images, CancellationToken cancellationToken)
    {
        var turnId = await PostTurnAsync(dialogue, Guid.NewGuid().ToString("N"), text, images, cancellationToken);
        var streamed = "";
        await foreach (var item in WatchAsync(dialogue, turnId, cancellationToken))
        {
            using var json = JsonDocument.Parse(item.Data);
            switch (item.EventType)
            {
                case "token":
                    streamed += json.RootElement.GetProperty("text").GetString();
                    break;
                case "done":
                    Assert.Equal(streamed, json.RootElement.GetProperty("turn").GetProperty("answer").GetString());
                    return streamed;
                case "error":
                    Assert.Fail($"The turn failed: {item.Data}");
                    break;
            }
        }

        throw new InvalidOperationException($"The stream ended without a last event after '{streamed}'.");
    }

    public async Task<JsonElement> GetAsync(string dialogue, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<JsonElement>($"api/dialogues/{dialogue}", cancellationToken);
}
