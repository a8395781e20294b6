using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using MultiModalMesh.Assistant.V1;
using MultiModalMesh.Grains.Jobs;

namespace MultiModalMesh.Gateway.Tests.Jobs;

public sealed class JobEndpointTests
{
    private const string Image = "img_0000000000000000000000000000000000000000000000000000000000000000";

    private static readonly string Id = JobKey.IdOf("r1");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_accepted_with_its_place_and_can_be_read_listed_cancelled_and_deleted()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var posted = await PostAsync(gateway, new { requestId = "r1", text = "How many?", seed = 7, choices = new[] { "one", "two" }, items = new[] { new { id = "a.png", image = Image, text = "" } } });
        var job = await gateway.Client.GetFromJsonAsync<JsonElement>(posted.Headers.Location, Cancellation);
        var list = await gateway.Client.GetFromJsonAsync<JsonElement>("api/jobs", Cancellation);
        using var cancelled = await gateway.Client.PostAsync($"api/jobs/{Id}/cancel", null, Cancellation);
        using var deleted = await gateway.Client.DeleteAsync($"api/jobs/{Id}", Cancellation);
        using var gone = await gateway.Client.GetAsync($"api/jobs/{Id}", Cancellation);

        Assert.Equal((HttpStatusCode.Accepted, $"/api/jobs/{Id}"), (posted.StatusCode, posted.Headers.Location?.ToString()));
        Assert.Equal((Id, "running", 1, 1.2), (job.GetProperty("id").GetString(), job.GetProperty("state").GetString(), job.GetProperty("total").GetInt32(), job.GetProperty("remainingSeconds").GetDouble()));
        Assert.Equal(Id, Assert.Single(list.GetProperty("jobs").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("cancelled", (await cancelled.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("state").GetString());
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (deleted.StatusCode, gone.StatusCode));
        Assert.Equal("JOB_NOT_FOUND", (await gone.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task What_is_asked_reaches_the_job_as_it_was_sent()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var posted = await PostAsync(gateway, new { requestId = "r1", skill = "answer", text = "How many?", maxTokens = 9, temperature = 0.5, seed = 7, choices = new[] { "one" }, items = new[] { new { id = "a.png", image = Image, text = "Why?" } } });

        var command = gateway.Cluster.Jobs.ByKey[$"default/default/{Id}"].Command;
        Assert.Equal((Grains.Dialogues.Skill.Answer, "How many?"), (command.Skill, command.Text));
        Assert.Equal(new Grains.Jobs.JobItem("a.png", Image, "Why?"), Assert.Single(command.Items));
        Assert.Equal(new Grains.Dialogues.TurnOptions { MaxTokens = 9, Temperature = 0.5f, Seed = 7, Format = new Grains.Dialogues.AnswerFormat { Choices = ["one"] } }, command.Options);
    }

    [Theory]
    [InlineData("""{"items":[{"image":"x"}]}""", "requestId")]
    [InlineData("""{"requestId":"r1"}""", "items")]
    [InlineData("""{"requestId":"r1","items":[]}""", "items")]
    [InlineData("""{"requestId":"r1","skill":"search","items":[{"image":"x"}]}""", "skill")]
    [InlineData("""{"requestId":"r1","temperature":3,"items":[{"image":"x"}]}""", "temperature")]
    public async Task A_job_that_does_not_fit_is_refused_with_the_field(string body, string field)
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await gateway.Client.PostAsync("api/jobs", new StringContent(body, null, "application/json"), Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(field, (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("field").GetString());
    }

    [Fact]
    public async Task Results_stream_from_any_number_on_and_a_silo_that_dies_is_not_seen()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await FillAsync(gateway, 5);
        gateway.Cluster.Jobs.SiloDeaths = 2;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/jobs/{Id}/results") { Headers = { { "Accept", "text/event-stream" }, { "Last-Event-ID", "2" } } };
        using var response = await gateway.Client.SendAsync(request, Cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);

        var events = await SseParser.Create(stream).EnumerateAsync(Cancellation).ToListAsync(Cancellation);

        Assert.Equal(["3", "4", "5"], events.SkipLast(1).Select(item => item.EventId));
        Assert.Equal(["result", "result", "result", "done"], events.Select(item => item.EventType));
        Assert.Equal("done", JsonSerializer.Deserialize<JsonElement>(events[^1].Data).GetProperty("job").GetProperty("state").GetString());
    }

    [Fact]
    public async Task Results_are_JSON_lines_with_an_answer_or_an_error()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await FillAsync(gateway, 3);

        using var response = await gateway.Client.GetAsync($"api/jobs/{Id}/results?after=1", Cancellation);
        var lines = (await response.Content.ReadAsStringAsync(Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(("a1", "IMAGE_NOT_FOUND"), (lines[0].GetProperty("answer").GetString(), lines[1].GetProperty("error").GetProperty("reason").GetString()));
        Assert.False(lines[1].TryGetProperty("answer", out _));
    }

    [Fact]
    public async Task Over_gRPC_it_is_the_same_job()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var channel = GrpcChannel.ForAddress(gateway.Grpc);
        var client = new JobService.JobServiceClient(channel);
        await client.SubmitJobAsync(new SubmitJobRequest { RequestId = "r1", Items = { new MultiModalMesh.Assistant.V1.JobItem { ImageId = Image } } }, cancellationToken: Cancellation);
        await FillAsync(gateway, 3);

        var messages = await client.WatchJob(new WatchJobRequest { JobId = Id, AfterNumber = 1 }, cancellationToken: Cancellation).ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);
        var missing = await Assert.ThrowsAsync<RpcException>(async () => await client.GetJobAsync(new GetJobRequest { JobId = "no" }, cancellationToken: Cancellation));

        Assert.Equal([2, 3], messages.SkipLast(1).Select(message => message.Result.Number));
        Assert.Equal(MultiModalMesh.Assistant.V1.JobState.Done, messages[^1].Ended.State);
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
    }

    private static async Task FillAsync(RunningGateway gateway, int results)
    {
        using var posted = await PostAsync(gateway, new { requestId = "r1", items = Enumerable.Range(0, results).Select(_ => new { image = Image }) });
        var job = gateway.Cluster.Jobs.ByKey[$"default/default/{Id}"];
        job.Results.AddRange(Enumerable.Range(0, results).Select(i => new Grains.Jobs.JobResult
        {
            Number = i + 1,
            Index = i,
            Item = new Grains.Jobs.JobItem("", Image, ""),
            Answer = i == 2 ? "" : $"a{i}",
            Error = i == 2 ? new Grains.Dialogues.TurnError("IMAGE_NOT_FOUND", "There is none.") : null,
        }));
        job.State = Grains.Jobs.JobState.Done;
    }

    private static Task<HttpResponseMessage> PostAsync(RunningGateway gateway, object body) => gateway.Client.PostAsJsonAsync("api/jobs", body, Cancellation);
}
