using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>Collections that lie on three retrieval services, each a process of its own.</summary>
public sealed class ShardTests : IAsyncLifetime
{
    private const int Shards = 3;
    private const int ItemsPerWrite = 20;

    // Connections of the dead are refused at once; only one that is silent takes five seconds to be found out.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _data = new();
    private readonly List<ServiceProcess> _roles = [];
    private readonly ServiceProcess[] _shards = new ServiceProcess[Shards];
    private readonly int _silo = Ports.Free();
    private readonly int _entry = Ports.Free();
    private readonly HttpClient _client = new() { BaseAddress = new Uri($"http://127.0.0.1:{Ports.Free()}") };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Output => string.Join("\n--\n", _roles.Select(role => role.Output));

    public async ValueTask InitializeAsync()
    {
        Start("orchestration/Silo", "edge", "--Cluster:SiloPort", $"{_silo}", "--Cluster:GatewayPort", $"{_entry}");
        Start("services/Gateway", "edge", "--Cluster:Gateway", $"127.0.0.1:{_entry}", "--Gateway:HttpPort", $"{_client.BaseAddress!.Port}", "--Gateway:GrpcPort", "0");
        for (var shard = 0; shard < Shards; shard++)
        {
            _shards[shard] = StartShard(shard);
        }

        await Poll.UntilAsync(ShardsThereAsync, there => there == Shards, () => $"three shards. They printed:\n{Output}", Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (var role in _roles)
        {
            await role.DisposeAsync();
        }

        _data.Dispose();
    }

    [Fact]
    public async Task A_killed_shard_is_said_at_once_and_comes_back_with_everything_that_was_acknowledged()
    {
        using var created = await _client.PutAsJsonAsync("api/collections/shelf", new { dimensions = 2 }, Cancellation);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync(Cancellation));
        var acknowledged = new ConcurrentBag<int>();
        var refusals = new ConcurrentBag<string>();
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var writers = Enumerable.Range(0, 2).Select(writer => WriteAsync(writer, acknowledged, refusals, writing.Token)).ToArray();
        await UntilWrittenAsync(acknowledged, 400);

        await _shards[1].KillAsync();
        var (refusal, after) = await SearchAsync();
        Assert.True(refusal is { Status: HttpStatusCode.ServiceUnavailable } && after < Bound, $"{refusal} after {after}\n{Output}");
        Assert.Contains("SHARD_UNAVAILABLE", refusal.Body, StringComparison.Ordinal);
        Assert.Contains("Shard 1 of 3", refusal.Body, StringComparison.Ordinal);

        _shards[1] = StartShard(1);
        await Poll.UntilAsync(async () => (await SearchAsync()).Answer, answer => answer.Status == HttpStatusCode.OK, () => $"the shard to be back:\n{Output}", Cancellation);
        await UntilWrittenAsync(acknowledged, acknowledged.Count + 200);
        await writing.CancelAsync();
        await Task.WhenAll(writers);

        var found = await IdsAsync();
        Assert.Equal([], acknowledged.Except(found).Order());
        Assert.Equal(found.Count, found.Distinct().Count());
        Assert.All(refusals, body => Assert.Contains("SHARD_UNAVAILABLE", body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_shard_that_hangs_is_said_in_bounded_time()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGSTOP.");
        using var created = await _client.PutAsJsonAsync("api/collections/shelf", new { dimensions = 2 }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, (await SearchAsync()).Answer.Status);

        _shards[2].Freeze();
        try
        {
            var (refusal, after) = await SearchAsync();
            Assert.True(refusal is { Status: HttpStatusCode.ServiceUnavailable } && after < Bound, $"{refusal} after {after}\n{Output}");
            Assert.Contains("Shard 2 of 3", refusal.Body, StringComparison.Ordinal);
        }
        finally
        {
            _shards[2].Thaw();
        }

        await Poll.UntilAsync(async () => (await SearchAsync()).Answer, answer => answer.Status == HttpStatusCode.OK, () => $"the shard to answer again:\n{Output}", Cancellation);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(2, 0)]
    [InlineData(1, 0)]
    public async Task A_service_that_would_answer_with_other_data_does_not_start_beside_them(int count, int index)
    {
        var other = Start("services/Retrieval", "other", "--Retrieval:Shards:Count", $"{count}", "--Retrieval:Shards:Index", $"{index}");

        Assert.Equal(1, await other.WaitForExitAsync(Cancellation));
        Assert.Contains("cannot be beside", other.Output, StringComparison.Ordinal);
    }

    private ServiceProcess StartShard(int shard) => Start(
        "services/Retrieval", $"shard-{shard}", "--Worker:Id", $"retrieval-{shard}", "--Retrieval:Shards:Count", $"{Shards}", "--Retrieval:Shards:Index", $"{shard}");

    private ServiceProcess Start(string project, string folder, params string[] arguments)
    {
        var role = ServiceProcess.Start(project, ["--Data:Path", Path.Combine(_data.Path, folder), "--Cluster:Primary", $"127.0.0.1:{_silo}", .. arguments]);
        _roles.Add(role);
        return role;
    }

    private async Task<int> ShardsThereAsync()
    {
        try
        {
            var system = await _client.GetStringAsync("api/system", Cancellation);
            return Enumerable.Range(0, Shards).Count(shard => system.Contains($"\"retrieval-shard-{shard}-of-{Shards}\"", StringComparison.Ordinal));
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    private async Task WriteAsync(int writer, ConcurrentBag<int> acknowledged, ConcurrentBag<string> refusals, CancellationToken cancellationToken)
    {
        for (var round = 0; !cancellationToken.IsCancellationRequested; round++)
        {
            int[] ids = [.. Enumerable.Range(0, ItemsPerWrite).Select(i => (writer * 10_000_000) + (round * ItemsPerWrite) + i)];
            using var response = await _client.PostAsJsonAsync(
                "api/collections/shelf/items", new { items = ids.Select(id => new { id = $"{id}", vector = new[] { 1f, id } }) }, Cancellation);
            if (!response.IsSuccessStatusCode)
            {
                refusals.Add(await response.Content.ReadAsStringAsync(Cancellation));
                continue;
            }

            foreach (var id in ids)
            {
                acknowledged.Add(id);
            }
        }
    }

    private Task UntilWrittenAsync(ConcurrentBag<int> acknowledged, int items) =>
        Poll.UntilAsync(() => Task.FromResult(acknowledged.Count), count => count >= items, () => $"{items} acknowledged items:\n{Output}", Cancellation);

    private async Task<((HttpStatusCode Status, string Body) Answer, TimeSpan After)> SearchAsync()
    {
        var start = Stopwatch.GetTimestamp();
        using var response = await _client.PostAsJsonAsync("api/collections/shelf/search", new { vector = new[] { 1f, 0f }, limit = 5 }, Cancellation);
        return ((response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation)), Stopwatch.GetElapsedTime(start));
    }

    private async Task<List<int>> IdsAsync()
    {
        List<int> ids = [];
        for (var token = ""; ;)
        {
            var page = await _client.GetFromJsonAsync<JsonElement>($"api/collections/shelf/items?pageSize=1000&pageToken={token}", Cancellation);
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(item => int.Parse(item.GetProperty("id").GetString()!)));
            token = page.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
            if (string.IsNullOrEmpty(token))
            {
                return ids;
            }
        }
    }
}
