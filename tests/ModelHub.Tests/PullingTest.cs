using System.Text;
using MultiModalMesh.ModelHub.Folders;
using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.ModelHub.Tests;

/// <summary>What tests of pulling share: a hub with a small model, a folder to pull into, a clock that does not wait.</summary>
public abstract class PullingTest : IAsyncLifetime
{
    internal const string Graph = "onnx/model.onnx";

    private readonly string _root = Directory.CreateTempSubdirectory("hub-test-").FullName;
    private FakeHub? _hub;

    internal FakeHub Hub => _hub ?? throw new InvalidOperationException("The hub is not started.");

    internal ImpatientTime Time { get; } = new();

    internal ModelFolder Folder => new(Path.Combine(_root, "models"));

    internal static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _hub = await FakeHub.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A decoder of 300 kB and its companions.</summary>
    internal static Dictionary<string, FakeFile> Decoder(int seed = 1) => new()
    {
        ["config.json"] = Text("""{"model_type": "llama"}"""),
        ["tokenizer.json"] = Text("{}"),
        ["README.md"] = Text("# A model"),
        [Graph] = Noise(300_000, seed),
    };

    internal static FakeFile Text(string text) => new(Encoding.UTF8.GetBytes(text));

    internal static FakeFile Noise(int bytes, int seed = 1)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        return new FakeFile(content) { Large = true };
    }

    internal HubOptions Options(string? token = null) => new() { Endpoint = Hub.Address, Token = token, StallTimeout = Timeout.InfiniteTimeSpan };

    internal async Task<PullResult> PullAsync(
        string reference = "acme/tiny",
        string variant = "auto",
        string? name = null,
        IProgress<PullProgress>? progress = null,
        HubOptions? options = null,
        CancellationToken? cancellation = null)
    {
        using var client = new HubClient(options ?? Options(), Time);
        var pull = new PackPull(client, Time);
        var plan = await pull.PlanAsync(HubReference.Parse(reference), variant, cancellation ?? Cancellation);
        return await pull.RunAsync(plan, Folder, name, progress, cancellation ?? Cancellation);
    }

    /// <summary>Everything that a reader of the folder would take for a pack.</summary>
    internal string[] VisiblePacks() => Directory.Exists(Folder.Path)
        ? [.. Directory.EnumerateDirectories(Folder.Path).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.'))]
        : [];

    internal string FileOf(string pack, string path) => Path.Combine(Folder.Path, pack, path);

    /// <summary>Lets the hub cut the connection of a file's first answers, each after so many bytes, once those have arrived.</summary>
    internal IProgress<PullProgress> CutAfter(string path, params long[] bytes)
    {
        var cuts = new Queue<long>(bytes);
        var arrival = new Arrival(path);
        Hub.Cut = (file, rest) =>
        {
            if (file != path || !cuts.TryDequeue(out var until))
            {
                return rest;
            }

            arrival.Expect(until);
            return until;
        };
        Hub.BeforeCut = _ => arrival.Arrived;
        return arrival;
    }

    private sealed class Arrival(string path) : IProgress<PullProgress>
    {
        private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _expected = long.MaxValue;
        private long _done;

        public Task Arrived => _arrived.Task;

        public void Expect(long more)
        {
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _expected = Volatile.Read(ref _done) + more;
        }

        public void Report(PullProgress value)
        {
            if (value.File.Path == path)
            {
                Volatile.Write(ref _done, value.BytesDone);
                if (value.BytesDone >= _expected)
                {
                    _arrived.TrySetResult();
                }
            }
        }
    }
}
