using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using MultiModalMesh.Gateway.Tests.Fakes;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Gateway.Tests.Dialogues;

public sealed class DialogueEndpointTests
{
    private const string Key = "default/default/d1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_turn_is_accepted_with_its_place_and_can_be_read()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var file = Pictures.Png();

        using var posted = await PostAsync(gateway, new { requestId = "r1", text = "How many cups?", images = new[] { Pictures.DataUrl(file) }, skill = "answer" });
        var turn = await posted.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var dialogue = await gateway.Client.GetFromJsonAsync<JsonElement>("api/dialogues/d1", Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, posted.StatusCode);
        Assert.Equal(("t1", "r1", "pending"), (turn.GetProperty("turnId").GetString(), turn.GetProperty("requestId").GetString(), turn.GetProperty("state").GetString()));
        Assert.Equal("/api/dialogues/d1/turns/t1/events", posted.Headers.Location?.ToString());
        var read = dialogue.GetProperty("turns")[0];
        Assert.Equal("answer", read.GetProperty("skill").GetString());
        var image = Assert.Single(read.GetProperty("images").EnumerateArray()).GetString();
        Assert.Equal(file, await gateway.Client.GetByteArrayAsync($"api/images/{image}", Cancellation));
    }

    [Theory]
    [InlineData("""{"text":"hi"}""", HttpStatusCode.BadRequest, "requestId")]
    [InlineData("""{"requestId":"r"}""", HttpStatusCode.BadRequest, "text")]
    [InlineData("""{"requestId":"r","text":"hi","temperature":3}""", HttpStatusCode.BadRequest, "temperature")]
    [InlineData("""{"requestId":"r","text":"hi","temperature":"hot"}""", HttpStatusCode.BadRequest, "temperature")]
    [InlineData("""{"requestId":"r","text":"hi","skill":"sing"}""", HttpStatusCode.BadRequest, "skill")]
    [InlineData("""{"requestId":"r","images":["https://example.com/a.png"]}""", HttpStatusCode.BadRequest, "images[0]")]
    [InlineData("""{"requestId":"r","images":["img_0000000000000000000000000000000000000000000000000000000000000000"]}""", HttpStatusCode.NotFound, "images[0]")]
    [InlineData("""{"requestId":"r","text":"hi","choices":[]}""", HttpStatusCode.BadRequest, "choices")]
    [InlineData("""{"requestId":"r","text":"hi","choices":["a"],"responseFormat":{"type":"json_object"}}""", HttpStatusCode.BadRequest, "choices")]
    [InlineData("""{"requestId":"r","text":"hi","responseFormat":{"type":"json_schema","json_schema":{}}}""", HttpStatusCode.BadRequest, "responseFormat.json_schema.schema")]
    [InlineData("""{"requestId":"r","text":"hi","skill":"search","collection":"c","choices":["a"]}""", HttpStatusCode.BadRequest, "choices")]
    [InlineData("""{"requestId":""", HttpStatusCode.BadRequest, null)]
    public async Task A_turn_that_does_not_fit_is_refused_with_the_field(string body, HttpStatusCode status, string? field)
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await gateway.Client.PostAsync("api/dialogues/d1/turns", new StringContent(body, null, "application/json"), Cancellation);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(field, problem.TryGetProperty("field", out var at) ? at.GetString() : null);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    [Theory]
    [InlineData(""" "choices":["red","blue"] """, "red,blue", "")]
    [InlineData(""" "responseFormat":{"type":"json_object"} """, "", """{"type":"object"}""")]
    [InlineData(""" "responseFormat":{"type":"json_schema","json_schema":{"schema":{"type":"null"}}} """, "", """{"type":"null"}""")]
    [InlineData(""" "responseFormat":{"type":"text"} """, null, null)]
    public async Task The_answers_format_goes_along_with_the_turn(string field, string? choices, string? schema)
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await gateway.Client.PostAsync(
            "api/dialogues/d1/turns", new StringContent("""{"requestId":"r","text":"hi",""" + field + "}", null, "application/json"), Cancellation);

        var format = Assert.Single(gateway.Cluster.Dialogues[Key].Posted).Options.Format;
        Assert.Equal((choices, schema), (format is null ? null : string.Join(',', format.Choices), format?.JsonSchema));
    }

    [Fact]
    public async Task A_turn_is_watched_to_its_end_and_again_from_any_number()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var dialogue = await AnsweredAsync(gateway);

        Assert.Equal(["1 token {\"text\":\"Two\"}", "2 token {\"text\":\" cups\"}", "3 done"], Short(await WatchAsync(gateway, null)));
        Assert.Equal(["2 token {\"text\":\" cups\"}", "3 done"], Short(await WatchAsync(gateway, "1")));
        Assert.Equal(["3 done"], Short(await WatchAsync(gateway, "3")));
        Assert.Equal([0, 1, 3], dialogue.WatchedFrom);
    }

    [Fact]
    public async Task A_silo_that_dies_in_the_middle_is_not_seen_by_the_reader()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var dialogue = await AnsweredAsync(gateway);
        dialogue.SiloDeaths = 2;

        Assert.Equal(["1 token {\"text\":\"Two\"}", "2 token {\"text\":\" cups\"}", "3 done"], Short(await WatchAsync(gateway, null)));
        Assert.Equal([0, 1, 2], dialogue.WatchedFrom);
    }

    [Fact]
    public async Task A_failed_turn_ends_with_an_error_event()
    {
        await using var gateway = await RunningGateway.StartAsync();
        (await PostAsync(gateway, new { requestId = "r1", text = "hi" })).Dispose();
        var dialogue = gateway.Cluster.Dialogues[Key];
        dialogue.End(dialogue.Turns[0] with { State = TurnState.Failed, Error = new TurnError("NO_WORKER", "No decoder is there.") });

        var last = Assert.Single(await WatchAsync(gateway, null));

        var data = JsonSerializer.Deserialize<JsonElement>(last.Data);
        Assert.Equal(("error", "NO_WORKER", "failed"), (last.EventType, data.GetProperty("reason").GetString(), data.GetProperty("turn").GetProperty("state").GetString()));
    }

    [Fact]
    public async Task An_unknown_turn_is_not_found_before_the_stream_begins()
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await gateway.Client.GetAsync("api/dialogues/d1/turns/t9/events", Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("TURN_NOT_FOUND", (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Another_turn_under_the_same_request_id_is_a_conflict()
    {
        await using var gateway = await RunningGateway.StartAsync();
        (await PostAsync(gateway, new { requestId = "r1", text = "hi" })).Dispose();

        using var same = await PostAsync(gateway, new { requestId = "r1", text = "hi" });
        using var other = await PostAsync(gateway, new { requestId = "r1", text = "ho" });

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Conflict), (same.StatusCode, other.StatusCode));
        Assert.Equal("REQUEST_ID_REUSED", (await other.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Dialogues_are_listed_by_page_and_deleted()
    {
        await using var gateway = await RunningGateway.StartAsync();
        (await PostAsync(gateway, new { requestId = "r1", text = "hi" })).Dispose();
        (await PostAsync(gateway, new { requestId = "r1", text = "hi" }, "d2")).Dispose();

        var first = await gateway.Client.GetFromJsonAsync<JsonElement>("api/dialogues?pageSize=1", Cancellation);
        var second = await gateway.Client.GetFromJsonAsync<JsonElement>($"api/dialogues?pageSize=1&pageToken={first.GetProperty("nextPageToken").GetString()}", Cancellation);
        using var deleted = await gateway.Client.DeleteAsync("api/dialogues/d1", Cancellation);
        using var gone = await gateway.Client.GetAsync("api/dialogues/d1", Cancellation);

        Assert.Equal(("d1", "d2"), (first.GetProperty("dialogues")[0].GetProperty("id").GetString(), second.GetProperty("dialogues")[0].GetProperty("id").GetString()));
        Assert.Equal("", second.GetProperty("nextPageToken").GetString());
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (deleted.StatusCode, gone.StatusCode));
    }

    private static async Task<FakeDialogue> AnsweredAsync(RunningGateway gateway)
    {
        (await PostAsync(gateway, new { requestId = "r1", text = "How many cups?" })).Dispose();
        var dialogue = gateway.Cluster.Dialogues[Key];
        dialogue.Say("Two");
        dialogue.Say(" cups");
        dialogue.End(dialogue.Turns[0] with { State = TurnState.Done, Answer = "Two cups" });
        return dialogue;
    }

    private static Task<HttpResponseMessage> PostAsync(RunningGateway gateway, object body, string dialogue = "d1") =>
        gateway.Client.PostAsJsonAsync($"api/dialogues/{dialogue}/turns", body, Cancellation);

    private static async Task<List<SseItem<string>>> WatchAsync(RunningGateway gateway, string? lastEventId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/dialogues/d1/turns/t1/events");
        request.Headers.Add("Last-Event-ID", lastEventId is null ? [] : [lastEventId]);
        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var items = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(Cancellation)).EnumerateAsync(Cancellation))
        {
            items.Add(item);
        }

        return items;
    }

    private static IEnumerable<string> Short(IEnumerable<SseItem<string>> items) =>
        items.Select(item => item.EventType == "token" ? $"{item.EventId} token {item.Data}" : $"{item.EventId} {item.EventType}");
}
