using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace MultiModalMesh.Gateway.Tests.Listening;

/// <summary>What every answer of the edge has, and what it keeps out.</summary>
public sealed class EdgeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unknown_routes_are_JSON_in_the_dialect_of_their_place()
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var own = await gateway.Client.GetAsync("api/nothing", Cancellation);
        using var openAi = await gateway.Client.GetAsync("v1/nothing", Cancellation);
        using var method = await gateway.Client.DeleteAsync("v1/chat/completions", Cancellation);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed), (own.StatusCode, openAi.StatusCode, method.StatusCode));
        Assert.Equal("ROUTE_NOT_FOUND", (await own.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("reason").GetString());
        Assert.Equal("unknown_url", (await openAi.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_or_too_large_is_refused()
    {
        await using var gateway = await RunningGateway.StartAsync(("Gateway:MaxRequestBytes", "2000"));

        using var form = await gateway.Client.PostAsync("api/dialogues/d/turns", new StringContent("a=b", null, "application/x-www-form-urlencoded"), Cancellation);
        using var large = await gateway.Client.PostAsync("v1/embeddings", new StringContent($"{{\"input\":\"{new string('a', 4000)}\"}}", null, "application/json"), Cancellation);

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, HttpStatusCode.RequestEntityTooLarge), (form.StatusCode, large.StatusCode));
        Assert.Equal("request_too_large", (await large.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Pages_of_others_are_kept_out()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "api/system") { Headers = { Host = "evil.example" } };
        using var posted = new HttpRequestMessage(HttpMethod.Post, "api/images") { Content = new ByteArrayContent(Pictures.Png()), Headers = { { "Sec-Fetch-Site", "cross-site" }, { "Origin", "https://evil.example" } } };

        using var first = await gateway.Client.SendAsync(rebound, Cancellation);
        using var second = await gateway.Client.SendAsync(posted, Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (first.StatusCode, second.StatusCode));
        Assert.False(second.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_console_is_served_from_the_assembly_compressed_and_asked_for_once()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept-Encoding", "br" } } };

        using var page = await gateway.Client.SendAsync(request, Cancellation);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "If-None-Match", page.Headers.ETag!.ToString() } } };
        using var unchanged = await gateway.Client.SendAsync(again, Cancellation);

        Assert.Equal((HttpStatusCode.OK, "br", HttpStatusCode.NotModified), (page.StatusCode, page.Content.Headers.ContentEncoding.Single(), unchanged.StatusCode));
        Assert.Contains("default-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_API_is_described_and_its_page_needs_no_network()
    {
        await using var gateway = await RunningGateway.StartAsync();

        var document = await gateway.Client.GetFromJsonAsync<JsonElement>("openapi/v1.json", Cancellation);
        using var page = await gateway.Client.GetAsync("docs", Cancellation);
        var html = await page.Content.ReadAsStringAsync(Cancellation);

        var paths = document.GetProperty("paths");
        Assert.True(paths.GetProperty("/v1/chat/completions").GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").TryGetProperty("example", out _));
        Assert.All(paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()), operation => Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain("https://cdn", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_system_shows_what_a_workers_models_run_on_and_what_was_asked_for()
    {
        await using var gateway = await RunningGateway.StartAsync();

        var system = await gateway.Client.GetFromJsonAsync<JsonElement>("api/system", Cancellation);

        var worker = Assert.Single(system.GetProperty("workers").EnumerateArray());
        Assert.Equal("cpu", worker.GetProperty("device").GetString());
        Assert.Equal(
            """{"configured":["cuda:0","cpu"],"device":"cpu","provider":"CPUExecutionProvider","hardware":null,"fallback":"no driver","threads":4,"processors":null}""",
            worker.GetProperty("execution").GetRawText());
    }

    [Fact]
    public async Task The_system_lists_its_workers()
    {
        await using var gateway = await RunningGateway.StartAsync();

        var system = await gateway.Client.GetFromJsonAsync<JsonElement>("api/system", Cancellation);

        var worker = Assert.Single(system.GetProperty("workers").EnumerateArray());
        Assert.Equal(("w", 8), (worker.GetProperty("id").GetString(), worker.GetProperty("load").GetProperty("capacity").GetInt32()));
    }

    [Fact]
    public async Task The_system_tells_the_members_the_dialogues_in_memory_the_jobs_and_what_is_in_flight_in_which_unit()
    {
        await using var gateway = await RunningGateway.StartAsync();

        var system = await gateway.Client.GetFromJsonAsync<JsonElement>("api/system", Cancellation);

        Assert.Equal(0, system.GetProperty("activeDialogues").GetInt32());
        Assert.Equal("""{"active":2,"itemsTotal":400,"itemsDone":120,"itemsFailed":3,"itemsPerSecond":31.26}""", system.GetProperty("jobs").GetRawText());
        Assert.Equal(
            """{"address":"127.0.0.1:11111","host":"here","status":"Active","roles":["silo","worker"],"workerId":"w","joinedAt":"0001-01-01T00:00:00+00:00"}""",
            Assert.Single(system.GetProperty("members").EnumerateArray()).GetRawText());
        Assert.Equal(
            """[{"capabilities":["chat"],"unit":"tokens","inFlight":40,"perSecond":12.34},{"capabilities":["text-embedding"],"unit":"texts","inFlight":0,"perSecond":0}]""",
            Assert.Single(system.GetProperty("workers").EnumerateArray()).GetProperty("backlogs").GetRawText());
    }
}
