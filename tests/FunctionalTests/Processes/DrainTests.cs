using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>A decoder that is told to stop while it answers.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    // As many as take a second or more, so that the stop comes in the middle.
    private const int Tokens = 1200;
    private const int EnoughSeen = 50;

    private readonly TemporaryFolder _data = new();
    private readonly TemporaryFolder _models = new();
    private readonly Dictionary<string, ServiceProcess> _roles = [];
    private readonly HttpClient _client = new();
    private int _silo;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(!OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        await WriteEndlessPackAsync();
        (_silo, var entry, var http) = (Ports.Free(), Ports.Free(), Ports.Free());
        Start("silo", "orchestration/Silo", "--Cluster:SiloPort", $"{_silo}", "--Cluster:GatewayPort", $"{entry}");
        Start("gateway", "services/Gateway", "--Cluster:Gateway", $"127.0.0.1:{entry}", "--Gateway:HttpPort", $"{http}", "--Gateway:GrpcPort", "0");
        _client.BaseAddress = new Uri($"http://127.0.0.1:{http}");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (var role in _roles.Values)
        {
            await role.DisposeAsync();
        }

        _data.Dispose();
        _models.Dispose();
    }

    [Fact]
    public async Task Its_answer_goes_on_at_another_one_where_there_is_no_time_to_finish()
    {
        StartDecoder("alpha", "00:00:00");
        StartDecoder("beta", "00:00:00");
        await WorkersAsync(workers => workers.Count == 2, "both decoders");
        var undisturbed = await AnswerAsync(_ => Task.CompletedTask);
        var stopped = "";

        var text = await AnswerAsync(async seen =>
        {
            if (seen == EnoughSeen)
            {
                stopped = (await WorkersAsync(workers => workers.Any(worker => worker.Value > 0), "a decoder at work")).First(worker => worker.Value > 0).Key;
                _roles[stopped].Terminate();
                Assert.Equal(0, await _roles[stopped].WaitForExitAsync(Cancellation));
            }
        });

        Assert.Equal(undisturbed, text);
        Assert.Contains("ended 1 calls", _roles[stopped].Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_finishes_its_answer_first_where_there_is_time()
    {
        StartDecoder("alpha", "00:01:00");
        await WorkersAsync(workers => workers.Count == 1, "the decoder");
        var undisturbed = await AnswerAsync(_ => Task.CompletedTask);

        var text = await AnswerAsync(async seen =>
        {
            if (seen == EnoughSeen)
            {
                _roles["alpha"].Terminate();
                await WorkersAsync(workers => workers.Count == 0, "the decoder to leave");
            }
        });

        Assert.Equal(undisturbed, text);
        Assert.Equal(0, await _roles["alpha"].WaitForExitAsync(Cancellation));
        Assert.Contains("finishes 1 calls", _roles["alpha"].Output, StringComparison.Ordinal);
    }

    private void StartDecoder(string id, string drainTimeout) =>
        Start(id, "services/Decoder", "--Worker:Id", id, "--Worker:DrainTimeout", drainTimeout, "--Models:Paths:0", _models.Path);

    private void Start(string name, string project, params string[] arguments) =>
        _roles[name] = ServiceProcess.Start(project, ["--Data:Path", _data.Path, "--Cluster:Primary", $"127.0.0.1:{_silo}", .. arguments]);

    /// <summary>The published fixture, made to read and write more than it was made for.</summary>
    private async Task WriteEndlessPackAsync()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "tiny-smollm2");
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_models.Path, "tiny", Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var config = Path.Combine(_models.Path, "tiny", "config.json");
        var text = await File.ReadAllTextAsync(config, Cancellation);
        await File.WriteAllTextAsync(config, text.Replace("\"max_position_embeddings\": 512", $"\"max_position_embeddings\": {2 * Tokens}", StringComparison.Ordinal), Cancellation);
    }

    /// <param name="onDelta">Told how many pieces of the answer were received.</param>
    private async Task<string> AnswerAsync(Func<int, Task> onDelta)
    {
        // A list that is longer than the answer may be cannot end before it.
        var list = new { type = "array", items = new { type = "integer" }, minItems = Tokens };
        var body = new
        {
            model = "tiny",
            stream = true,
            temperature = 1,
            seed = 7,
            max_tokens = Tokens,
            messages = new[] { new { role = "user", content = "Tell me some numbers." } },
            response_format = new { type = "json_schema", json_schema = new { name = "numbers", schema = list } },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions") { Content = JsonContent.Create(body) };
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.True(response.IsSuccessStatusCode, Printed());
        var (text, seen, finish) = ("", 0, "");
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(Cancellation)).EnumerateAsync(Cancellation))
        {
            if (item.Data == "[DONE]")
            {
                break;
            }

            using var chunk = JsonDocument.Parse(item.Data);
            Assert.True(chunk.RootElement.TryGetProperty("choices", out var choices), $"{item.Data}\n{Printed()}");
            finish = choices[0].GetProperty("finish_reason").GetString() ?? finish;
            if (choices[0].GetProperty("delta").TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 } delta)
            {
                text += delta;
                await onDelta(++seen);
            }
        }

        Assert.Equal("length", finish);
        return text;
    }

    /// <summary>The workers by name, with the calls that they are in.</summary>
    private async Task<IReadOnlyDictionary<string, int>> WorkersAsync(Func<IReadOnlyDictionary<string, int>, bool> wanted, string what)
    {
        IReadOnlyDictionary<string, int> workers = new Dictionary<string, int>();
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    var system = await _client.GetFromJsonAsync<JsonElement>("api/system", Cancellation);
                    workers = system.GetProperty("workers").EnumerateArray().ToDictionary(
                        worker => worker.GetProperty("id").GetString()!, worker => worker.GetProperty("load").GetProperty("active").GetInt32());
                    return (Ok: wanted(workers), Seen: system.ToString());
                }
                catch (HttpRequestException failure)
                {
                    return (Ok: false, Seen: failure.Message);
                }
            },
            seen => seen.Ok,
            () => $"{what}. The roles printed:\n{Printed()}",
            Cancellation);
        return workers;
    }

    private string Printed() => string.Join("\n--\n", _roles.Values.Select(role => role.Output));
}
