using System.Diagnostics;
using MultiModalMesh.Benchmarks.Decoding;
using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Routing;

/// <summary>Several engines behind the mesh's router, which knows of them what heartbeats tell: the load of up to a second ago.</summary>
internal sealed class RoutedEngines : IDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DecoderEngine> _engines;
    private readonly Router _router;
    private readonly Guid _incarnation = Guid.NewGuid();
    private readonly InferenceOptions _options;
    private List<WorkerReport> _reports = [];
    private long _reportedAt;
    private long _number;

    public RoutedEngines(ModelPack pack, int count, InferenceOptions options, IRoutingPolicy? policy)
    {
        _options = options;
        _engines = Enumerable.Range(0, count).ToDictionary(i => $"w{i}", _ => DecoderEngine.Load(pack, options));
        var random = new Random(17);
        _router = policy is null ? Router.Create(new RoutingOptions(), TimeProvider.System, random) : Router.Create(policy, new RoutingOptions(), TimeProvider.System, random);
    }

    public Task<Answer> AnswerAsync(int[] prompt, int count, string dialogue)
    {
        string worker;
        lock (_gate)
        {
            if (_reports.Count == 0 || Stopwatch.GetElapsedTime(_reportedAt) > Heartbeat)
            {
                _reportedAt = Stopwatch.GetTimestamp();
                _number++;
                _reports = [.. _engines.Select(engine => Report(engine.Key, engine.Value))];
            }

            worker = _router.Route(new RouteRequest { Capability = Capabilities.Chat, AffinityKey = dialogue, Size = prompt.Length + count }, _reports).WorkerId;
        }

        return Engine.AnswerAsync(_engines[worker], prompt, count, dialogue);
    }

    public void Dispose()
    {
        foreach (var engine in _engines.Values)
        {
            engine.Dispose();
        }
    }

    private WorkerReport Report(string id, DecoderEngine engine) => new()
    {
        WorkerId = id,
        Endpoint = "",
        Device = "cpu",
        Incarnation = _incarnation,
        Number = _number,
        Offers = [new WorkerOffer("bench", "1", [Capabilities.Chat], 0)],
        Active = engine.ActiveSequences,
        Queued = engine.WaitingSequences,
        Capacity = _options.MaxConcurrentSequences + _options.MaxWaitingSequences,
        Backlogs = [new WorkerBacklog([Capabilities.Chat], engine.TokensInFlight, engine.TokensPerSecond, _options.MaxConcurrentSequences)],
    };
}
