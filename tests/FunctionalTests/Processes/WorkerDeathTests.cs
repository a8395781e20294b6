using System.Net.Http.Json;
using System.Text.Json;
using MultiModalMesh.FunctionalTests.Dialogues;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>Dialogues need a worker, but not any certain one, and nobody has to notice first that one died.</summary>
public sealed class WorkerDeathTests : IAsyncDisposable
{
    private const int Decoders = 4;
    private const int NewDialogues = 24;

    // Longer than all that happens here may take: whoever waits for a dead member to be noticed is too late.
    private static readonly TimeSpan Unnoticed = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly TemporaryFolder _data = new();
    private readonly List<ServiceProcess> _processes = [];
    private readonly HttpClient _client = new() { BaseAddress = new Uri($"http://127.0.0.1:{Ports.Free()}") };
    private readonly int _silo = Ports.Free();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Output => string.Join("\n--\n", _processes.Select(process => process.Output));

    [Fact]
    public async Task A_turn_and_new_dialogues_go_on_while_workers_that_died_are_still_members_of_the_cluster()
    {
        var decoders = await StartAsync();
        var dialogues = new DialogueClient(_client);
        var expected = await ReadAsync(dialogues, "calm", () => Task.CompletedTask);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var answer = await ReadAsync(dialogues, "interrupted", async () =>
        {
            // All but one, so that the one that answers is most likely among them, and most of what members keep for each other, too.
            await Task.WhenAll(decoders.Skip(1).Select(decoder => decoder.KillAsync()));
            patience.CancelAfter(Patience);
        }).WaitAsync(patience.Token);
        await Task.WhenAll(Enumerable.Range(0, NewDialogues).Select(i => dialogues.AskAsync($"new-{i}", "Begin.", [], patience.Token))).WaitAsync(patience.Token);

        Assert.Equal(expected, answer);
        var system = await _client.GetFromJsonAsync<JsonElement>("api/system", patience.Token);
        Assert.Equal(Decoders, system.GetProperty("members").EnumerateArray().Count(member =>
            member.GetProperty("status").GetString() == "Active" && member.GetProperty("workerId").ValueKind != JsonValueKind.Null));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        _data.Dispose();
    }

    private async Task<ServiceProcess[]> StartAsync()
    {
        var entry = Ports.Free();
        Start("orchestration/Silo", "--Cluster:SiloPort", $"{_silo}", "--Cluster:GatewayPort", $"{entry}");
        var pack = Path.Combine(Repository.Root, "tests", "Inference.Tests", "fixtures", "hf", "tiny-smollm2");
        var decoders = Enumerable.Range(0, Decoders).Select(i => Start("services/Decoder", "--Models:Paths:0", pack, "--Worker:Id", $"decoder-{i}")).ToArray();
        Start("services/Gateway", "--Cluster:Gateway", $"127.0.0.1:{entry}", "--Gateway:HttpPort", $"{_client.BaseAddress!.Port}", "--Gateway:GrpcPort", "0");
        await Poll.UntilAsync(WorkersAsync, seen => seen.Count == Decoders, () => $"all decoders to be there. They printed:\n{Output}", Cancellation);
        return decoders;
    }

    private ServiceProcess Start(string project, params string[] arguments)
    {
        var process = ServiceProcess.Start(
            project, ["--Data:Path", _data.Path, "--Cluster:Primary", $"127.0.0.1:{_silo}", "--Cluster:ProbeTimeout", $"{Unnoticed}", .. arguments]);
        _processes.Add(process);
        return process;
    }

    private async Task<(int Count, string Seen)> WorkersAsync()
    {
        try
        {
            var system = await _client.GetFromJsonAsync<JsonElement>("api/system", Cancellation);
            return (system.GetProperty("workers").GetArrayLength(), system.ToString());
        }
        catch (HttpRequestException failure)
        {
            return (0, failure.Message);
        }
    }

    /// <param name="dialogues">Where it is asked.</param>
    /// <param name="dialogue">A new one.</param>
    /// <param name="onFirstToken">Done in the middle of the answer.</param>
    private static async Task<string> ReadAsync(DialogueClient dialogues, string dialogue, Func<Task> onFirstToken)
    {
        var turn = await dialogues.PostTurnAsync(dialogue, "one", "Tell 5.", [], Cancellation, new { temperature = 1, topP = 1, seed = 7, maxTokens = 300 });
        var answer = "";
        var tokens = 0;
        await foreach (var item in dialogues.WatchAsync(dialogue, turn, Cancellation))
        {
            using var json = JsonDocument.Parse(item.Data);
            Assert.True(item.EventType is "token" or "done", item.Data);
            answer += item.EventType == "token" ? json.RootElement.GetProperty("text").GetString() : "";
            if (++tokens == 3)
            {
                await onFirstToken();
            }
        }

        Assert.True(tokens > 20, $"The answer was over after {tokens} tokens: nothing was interrupted.");
        return answer;
    }
}
