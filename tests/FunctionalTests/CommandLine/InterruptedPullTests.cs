using System.Net.Http.Json;
using System.Text.Json;
using MultiModalMesh.FunctionalTests.Processes;
using MultiModalMesh.ModelHub.Tests;

namespace MultiModalMesh.FunctionalTests.CommandLine;

/// <summary><c>mesh models pull</c> beside a mesh that serves the folder which is pulled into.</summary>
public sealed class InterruptedPullTests
{
    private const string Model = "tiny-smollm2";
    private const string Graph = "onnx/model.onnx";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_pull_leaves_no_pack_and_the_next_one_goes_on_and_is_served_without_a_restart()
    {
        using var data = new TemporaryFolder();
        await using var hub = await HubAsync();
        await using var mesh = await RunningMesh.StartAsync(data.Path, Cancellation);
        var half = hub.Size(Graph) / 2;
        var never = new TaskCompletionSource();
        hub.Server.Cut = (path, rest) => path == Graph ? half : rest;
        hub.Server.BeforeCut = _ => never.Task;
        await using (var pull = Pull(hub, data))
        {
            await Poll.UntilAsync(() => Task.FromResult(PartBytes(data)), bytes => bytes >= half, "half of the graph on the disk", Cancellation);
            await pull.KillAsync();
        }

        never.SetResult();
        var unfinished = Assert.Single(await ListAsync(data), pack => pack.Name == Model);
        Assert.Equal("unfinished", unfinished.State);
        Assert.False(Directory.Exists(Path.Combine(data.Path, "models", Model)));
        Assert.DoesNotContain(Model, await ServedAsync(mesh));

        hub.Server.Cut = (_, rest) => rest;
        await using (var pull = Pull(hub, data))
        {
            Assert.True(await pull.WaitForExitAsync(Cancellation) == 0, pull.Output);
        }

        Assert.Contains(hub.Server.Log, seen => seen.Path.EndsWith(Graph, StringComparison.Ordinal) && seen.From == half && seen.Sent == hub.Size(Graph) - half);
        Assert.Equal("complete", Assert.Single(await ListAsync(data), pack => pack.Name == Model).State);
        await Poll.UntilAsync(() => ServedAsync(mesh), served => served.Contains(Model), $"'{Model}' among the models that are served", Cancellation);
    }

    private static ServiceProcess Pull(Hub hub, TemporaryFolder data) =>
        ServiceProcess.Start("services/Mesh", ["models", "pull", $"acme/{Model}", "--hub", hub.Server.Address.ToString(), "--data", data.Path]);

    private static long PartBytes(TemporaryFolder data)
    {
        var folder = new DirectoryInfo(Path.Combine(data.Path, "models", ".mesh"));
        return folder.Exists ? folder.EnumerateFiles("*.part", SearchOption.AllDirectories).Sum(file => file.Length) : 0;
    }

    private static async Task<IReadOnlyList<Listed>> ListAsync(TemporaryFolder data)
    {
        await using var list = ServiceProcess.Start("services/Mesh", ["models", "list", "--json", "--data", data.Path]);
        Assert.True(await list.WaitForExitAsync(Cancellation) == 0, list.Output);
        return JsonSerializer.Deserialize<IReadOnlyList<Listed>>(list.Output, JsonSerializerOptions.Web)!;
    }

    private static async Task<string[]> ServedAsync(RunningMesh mesh)
    {
        var models = await mesh.Client.GetFromJsonAsync<JsonElement>("/v1/models", Cancellation);
        return [.. models.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!)];
    }

    private static async Task<Hub> HubAsync()
    {
        var root = Path.Combine(AppContext.BaseDirectory, Model);
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetRelativePath(root, path).Replace('\\', '/'),
            path => new FakeFile(File.ReadAllBytes(path)) { Large = path.EndsWith(".onnx", StringComparison.Ordinal) });
        var server = await FakeHub.StartAsync();
        server.Commit(files);
        return new Hub(server, files);
    }

    private sealed record Listed(string Name, string State);

    private sealed class Hub(FakeHub server, Dictionary<string, FakeFile> files) : IAsyncDisposable
    {
        public FakeHub Server => server;

        public long Size(string path) => files[path].Content.Length;

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
