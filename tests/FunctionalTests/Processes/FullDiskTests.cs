using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using MultiModalMesh.FunctionalTests.Dialogues;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>The disk of the dialogues is full while turns are posted and answered.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private const int MostTurns = 400;

    // As many turns as the model's context holds.
    private const int TurnsOfDialogue = 4;

    private readonly List<ServiceProcess> _roles = [];
    private readonly TemporaryFolder _elsewhere = new();
    private readonly HttpClient _client = new();
    private SmallDisk _disk = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var (disk, missing) = SmallDisk.TryMount(megabytes: 8);
        Assert.SkipWhen(disk is null, missing);
        _disk = disk!;
        var (silo, entry, http) = (Ports.Free(), Ports.Free(), Ports.Free());
        _roles.Add(ServiceProcess.Start("orchestration/Silo", ["--Data:Path", _disk.Path, "--Cluster:SiloPort", $"{silo}", "--Cluster:GatewayPort", $"{entry}"]));
        _roles.Add(ServiceProcess.Start(
            "services/Decoder",
            ["--Data:Path", _elsewhere.Path, "--Cluster:Primary", $"127.0.0.1:{silo}", "--Models:Paths:0", Path.Combine(AppContext.BaseDirectory, "tiny-smollm2")]));
        _roles.Add(ServiceProcess.Start(
            "services/Gateway", ["--Data:Path", _elsewhere.Path, "--Cluster:Gateway", $"127.0.0.1:{entry}", "--Gateway:HttpPort", $"{http}", "--Gateway:GrpcPort", "0"]));
        _client.BaseAddress = new Uri($"http://127.0.0.1:{http}");
        await Poll.UntilAsync(
            SystemAsync, seen => seen.Contains("\"chat\"", StringComparison.Ordinal), () => $"a decoder to be there. The roles printed:\n{Output}", Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (var role in _roles)
        {
            await role.DisposeAsync();
        }

        _elsewhere.Dispose();
        _disk?.Dispose();
    }

    private string Output => string.Join("\n--\n", _roles.Select(role => role.Output));

    [Fact]
    public async Task Turns_are_refused_with_what_to_do_and_all_that_were_acknowledged_are_answered_when_there_is_room_again()
    {
        var acknowledged = new List<(string Dialogue, string Request)>();
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync("before", "0", acknowledged)).Status);

        // What was posted last is being answered while the disk fills up: its end cannot be written for a while.
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync("during", "0", acknowledged)).Status);
        _disk.Fill();
        var (refused, refusal) = await FillUpAsync(acknowledged);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
        Assert.Contains("STORAGE_FAILED", refusal.Body, StringComparison.Ordinal);
        Assert.Contains("the disk is full; make room, and it goes on", refusal.Body, StringComparison.Ordinal);
        Assert.Equal("0", (await new DialogueClient(_client).GetAsync("before", Cancellation)).GetProperty("turns")[0].GetProperty("requestId").GetString());
        Assert.False(_roles[0].HasExited, Output);

        _disk.MakeRoom();
        await Poll.UntilAsync(() => PostAsync(refused, "again", acknowledged), answer => answer.Status == HttpStatusCode.Accepted, "a turn to be taken again", Cancellation);
        foreach (var dialogue in acknowledged.GroupBy(turn => turn.Dialogue, turn => turn.Request))
        {
            var wanted = dialogue.Distinct(StringComparer.Ordinal).Select(request => (request, "done")).Order().ToArray();
            await Poll.UntilAsync(
                () => TurnsAsync(dialogue.Key),
                seen => seen.Count == wanted.Length && seen.TrueForAll(turn => turn.State is not ("pending" or "running")),
                () => $"the turns of '{dialogue.Key}' to end. The roles printed:\n{Output}",
                Cancellation);
            Assert.Equal(wanted, (await TurnsAsync(dialogue.Key)).Order());
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{acknowledged.Count} turns were acknowledged, and '{refused}' was refused first.");
    }

    /// <summary>Posts until a turn is refused: the log of the database may have had some room.</summary>
    private async Task<(string Dialogue, (HttpStatusCode Status, string Body) Answer)> FillUpAsync(List<(string Dialogue, string Request)> acknowledged)
    {
        for (var i = 0; i < MostTurns; i++)
        {
            var dialogue = string.Create(CultureInfo.InvariantCulture, $"full-{i / TurnsOfDialogue}");
            var answer = await PostAsync(dialogue, string.Create(CultureInfo.InvariantCulture, $"{i}"), acknowledged);
            if (answer.Status != HttpStatusCode.Accepted)
            {
                return (dialogue, answer);
            }
        }

        throw new InvalidOperationException($"{MostTurns} turns were taken on a full disk. The roles printed:\n{Output}");
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string dialogue, string request, List<(string Dialogue, string Request)> acknowledged)
    {
        using var response = await _client.PostAsJsonAsync(
            $"api/dialogues/{dialogue}/turns", new { requestId = request, text = "And now?", maxTokens = 8 }, Cancellation);
        if (response.StatusCode == HttpStatusCode.Accepted)
        {
            acknowledged.Add((dialogue, request));
        }

        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }

    private async Task<List<(string Request, string State)>> TurnsAsync(string dialogue)
    {
        var turns = (await new DialogueClient(_client).GetAsync(dialogue, Cancellation)).GetProperty("turns");
        return [.. turns.EnumerateArray().Select(turn => (turn.GetProperty("requestId").GetString()!, turn.GetProperty("state").GetString()!))];
    }

    private async Task<string> SystemAsync()
    {
        try
        {
            return await _client.GetStringAsync("api/system", Cancellation);
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
    }
}
