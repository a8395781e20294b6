using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using MultiModalMesh.FunctionalTests.Dialogues;
using MultiModalMesh.FunctionalTests.Processes;

namespace MultiModalMesh.FunctionalTests.Jobs;

/// <summary>The promise: every item of an acknowledged job gets exactly one result, whatever dies.</summary>
public sealed class JobTests(MeshFixture fixture)
{
    private const int Items = 160;

    private static readonly Lazy<byte[][]> Pictures = new(() => [.. Enumerable.Range(0, Items).Select(i => Scenes.Get(5000 + i).Png())]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_that_is_killed_in_the_middle_goes_on_and_every_item_has_one_result_that_of_an_undisturbed_run()
    {
        using var data = new TemporaryFolder();
        string id;
        List<JsonElement> before = [];
        await using (var mesh = await RunningMesh.StartAsync(data.Path, Cancellation))
        {
            id = await SubmitAsync(mesh.Client, "killed");
            await foreach (var item in WatchAsync(mesh.Client, id, 0))
            {
                before.Add(JsonSerializer.Deserialize<JsonElement>(item.Data));
                if (before.Count == Items / 3)
                {
                    break;
                }
            }

            await mesh.Process.KillAsync();
        }

        await using var again = await RunningMesh.StartAsync(data.Path, Cancellation);
        var events = new List<SseItem<string>>();
        await foreach (var item in WatchAsync(again.Client, id, before.Count))
        {
            events.Add(item);
        }

        var job = JsonSerializer.Deserialize<JsonElement>(events[^1].Data).GetProperty("job");
        Assert.Equal(("done", "done", Items, 0), (events[^1].EventType, job.GetProperty("state").GetString(), job.GetProperty("done").GetInt32(), job.GetProperty("failed").GetInt32()));
        List<JsonElement> results = [.. before, .. events.SkipLast(1).Select(item => JsonSerializer.Deserialize<JsonElement>(item.Data))];
        Assert.Equal(Enumerable.Range(1, Items), results.Select(result => result.GetProperty("number").GetInt32()));
        Assert.Equal(Enumerable.Range(0, Items), results.Select(result => result.GetProperty("index").GetInt32()).Order());

        // What was read before the death is what is stored after it.
        var lines = (await again.Client.GetStringAsync($"api/jobs/{id}/results", Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(results.Select(result => result.GetRawText()), lines);

        var calm = await SubmitAsync(fixture.Mesh.Client, "calm");
        List<JsonElement> expected = [];
        await foreach (var item in WatchAsync(fixture.Mesh.Client, calm, 0))
        {
            expected.Add(JsonSerializer.Deserialize<JsonElement>(item.Data));
        }

        Assert.Equal(Answers(expected.SkipLast(1)), Answers(results));

        // The same request is the same job, also after both.
        Assert.Equal(id, await SubmitAsync(again.Client, "killed"));
    }

    private static IEnumerable<string> Answers(IEnumerable<JsonElement> results) =>
        results.OrderBy(result => result.GetProperty("index").GetInt32()).Select(result => $"{result.GetProperty("id").GetString()}: {result.GetProperty("answer").GetString()}");

    private static async Task<string> SubmitAsync(HttpClient http, string requestId)
    {
        var client = new DialogueClient(http);
        var items = new List<object>();
        for (var i = 0; i < Items; i++)
        {
            items.Add(new { id = $"{i}.png", image = await client.UploadAsync(Pictures.Value[i], Cancellation) });
        }

        using var response = await http.PostAsJsonAsync("api/jobs", new { requestId, items }, Cancellation);
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, $"{response.StatusCode}: {body}");
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("id").GetString()!;
    }

    private static async IAsyncEnumerable<SseItem<string>> WatchAsync(HttpClient http, string id, int after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/jobs/{id}/results");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Add("Last-Event-ID", $"{after}");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(Cancellation))
        {
            yield return item;
        }
    }
}
