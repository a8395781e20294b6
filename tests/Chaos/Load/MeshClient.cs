using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MultiModalMesh.Chaos.Load;

/// <summary>
/// What a careful client does: it sends a post again, with the same request id, until it is acknowledged, goes on reading behind the last
/// event it has, and takes the next gateway when one fails it.
/// </summary>
/// <param name="gateways">Where a request may go at this moment.</param>
/// <param name="first">Which of them is asked first.</param>
internal sealed class MeshClient(Func<IReadOnlyList<HttpClient>> gateways, int first)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);
    private int _current = first;
    private int _failures;

    public MeshClient(IReadOnlyList<HttpClient> gateways, int first)
        : this(() => gateways, first)
    {
    }

    /// <summary>Requests that had to be sent again.</summary>
    public int Repeats { get; private set; }

    private HttpClient Gateway
    {
        get
        {
            var all = gateways();
            return all[_current % all.Count];
        }
    }

    /// <returns>The turn's id, when the mesh has acknowledged it.</returns>
    public Task<string> PostAsync(string dialogue, ObservedTurn turn, CancellationToken cancellationToken) => UntilAnsweredAsync(
        async () =>
        {
            var body = new { requestId = turn.RequestId, text = turn.Plan.Text, maxTokens = turn.Plan.MaxTokens, temperature = turn.Plan.Temperature, topP = 1, seed = turn.Plan.Seed };
            using var response = await Gateway.PostAsJsonAsync($"api/dialogues/{dialogue}/turns", body, cancellationToken);
            var answer = await ReadAsync(response, HttpStatusCode.Accepted, cancellationToken);
            return answer.GetProperty("turnId").GetString()!;
        },
        cancellationToken);

    /// <summary>Reads an acknowledged turn to its end, over as many streams as it takes.</summary>
    public async Task WatchAsync(string dialogue, ObservedTurn turn, Action onEvent, CancellationToken cancellationToken)
    {
        while (turn.End is null)
        {
            await UntilAnsweredAsync(
                async () =>
                {
                    await WatchOnceAsync(dialogue, turn, onEvent, cancellationToken);
                    return turn.End is not null ? true : throw new IOException("The stream ended before the turn.");
                },
                cancellationToken);
        }
    }

    public Task<JsonElement> GetDialogueAsync(string dialogue, CancellationToken cancellationToken) => UntilAnsweredAsync(
        async () =>
        {
            using var response = await Gateway.GetAsync($"api/dialogues/{dialogue}", cancellationToken);
            return response.StatusCode == HttpStatusCode.NotFound ? default : await ReadAsync(response, HttpStatusCode.OK, cancellationToken);
        },
        cancellationToken);

    /// <returns>The job's id, when the mesh has acknowledged it.</returns>
    public Task<string> SubmitAsync(JobPlan plan, string requestId, CancellationToken cancellationToken) => UntilAnsweredAsync(
        async () =>
        {
            var body = new { requestId, skill = "chat", items = plan.Texts.Select(text => new { text }), maxTokens = plan.MaxTokens, temperature = 1, topP = 1, seed = plan.Seed };
            using var response = await Gateway.PostAsJsonAsync("api/jobs", body, cancellationToken);
            return (await ReadAsync(response, HttpStatusCode.Accepted, cancellationToken)).GetProperty("id").GetString()!;
        },
        cancellationToken);

    /// <summary>Reads an acknowledged job's results to its end, over as many requests as it takes.</summary>
    /// <param name="job">Its id.</param>
    /// <param name="count">How many results the reader has.</param>
    /// <param name="total">Items of the job.</param>
    /// <param name="onResult">Gets each.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task ReadResultsAsync(string job, Func<int> count, int total, Action<ItemResult> onResult, CancellationToken cancellationToken) => UntilAnsweredAsync(
        async () =>
        {
            await foreach (var result in ResultsAsync(job, count(), follow: true, cancellationToken))
            {
                onResult(result);
                _failures = 0;
            }

            return count() >= total ? true : throw new IOException("The results ended before the items.");
        },
        cancellationToken);

    /// <summary>The results that are there.</summary>
    public Task<IReadOnlyList<ItemResult>> GetResultsAsync(string job, CancellationToken cancellationToken) => UntilAnsweredAsync<IReadOnlyList<ItemResult>>(
        async () => await ResultsAsync(job, after: 0, follow: false, cancellationToken).ToArrayAsync(cancellationToken), cancellationToken);

    private async IAsyncEnumerable<ItemResult> ResultsAsync(string job, int after, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"api/jobs/{job}/results?after={after}{(follow ? "&follow=true" : "")}");
        using var response = await Gateway.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var result = json.RootElement;
            yield return new ItemResult(
                result.GetProperty("number").GetInt32(),
                result.GetProperty("index").GetInt32(),
                result.TryGetProperty("answer", out var answer) ? answer.GetString() : null,
                result.TryGetProperty("error", out var error) ? error.ToString() : null);
        }
    }

    private async Task WatchOnceAsync(string dialogue, ObservedTurn turn, Action onEvent, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/dialogues/{dialogue}/turns/{turn.TurnId}/events");
        if (turn.Sequence > 0)
        {
            request.Headers.Add("Last-Event-ID", turn.Sequence.ToString(CultureInfo.InvariantCulture));
        }

        using var response = await Gateway.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            turn.Odd("a gateway did not know the turn although it was acknowledged");
        }

        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            using var json = JsonDocument.Parse(item.Data);
            if (item.EventType == "error" && !json.RootElement.TryGetProperty("turn", out _))
            {
                // Not the turn's failure but this gateway's: it gave up waiting.
                throw new IOException(item.Data);
            }

            var sequence = int.Parse(item.EventId!, CultureInfo.InvariantCulture);
            _failures = 0;
            switch (item.EventType)
            {
                case "token":
                    turn.Received(sequence, json.RootElement.GetProperty("text").GetString()!);
                    onEvent();
                    break;
                case "done":
                    turn.Ended(sequence, json.RootElement.GetProperty("turn").GetProperty("answer").GetString()!, failure: null);
                    return;
                default:
                    turn.Ended(sequence, "", item.Data);
                    return;
            }
        }
    }

    /// <exception cref="InvalidOperationException">The mesh refused the request as wrong, which it is not.</exception>
    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode wanted, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.StatusCode == wanted)
        {
            return JsonSerializer.Deserialize<JsonElement>(body);
        }

        var told = $"{(int)response.StatusCode}: {body}";
        throw response.StatusCode >= HttpStatusCode.InternalServerError || response.StatusCode == HttpStatusCode.TooManyRequests
            ? new HttpRequestException(told)
            : new InvalidOperationException(told);
    }

    private async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var answer = await ask();
                _failures = 0;
                return answer;
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested && error is HttpRequestException or IOException or OperationCanceledException)
            {
                _current++;
                Repeats++;
                if (++_failures >= gateways().Count)
                {
                    await Task.Delay(RetryDelay, cancellationToken);
                }
            }
        }
    }
}
