using System.Globalization;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Inference.Batching;

namespace MultiModalMesh.Simulator.Mesh;

/// <summary>A decoder: so many answers at a time, the others wait; prompts that it has are not computed again.</summary>
internal sealed class SimulatedWorker
{
    private static readonly IReadOnlyList<WorkerOffer> Offers = [new WorkerOffer("sim", "1", [Capabilities.Chat], 0)];
    private static readonly string[] Done = [Capabilities.Chat];

    private readonly Scenario _scenario;
    private readonly TimeProvider _time;
    private readonly Queue<Turn> _waiting = [];
    private readonly HashSet<Turn> _running = [];
    private readonly PrefixLru _cache;
    private WorkMeter _meter;
    private Guid _incarnation;
    private int _life;
    private long _number;

    public SimulatedWorker(int index, double speed, Scenario scenario, TimeProvider time)
    {
        Index = index;
        Id = string.Create(CultureInfo.InvariantCulture, $"worker-{index:0000}");
        Speed = speed;
        _scenario = scenario;
        _time = time;
        _cache = new PrefixLru(scenario.CacheTokens);
        _meter = new WorkMeter(time);
        Restart();
    }

    public int Index { get; }

    public string Id { get; }

    public double Speed { get; }

    public bool IsAlive { get; private set; } = true;

    public bool HasRoom => _running.Count + _waiting.Count < _scenario.Slots + _scenario.Waiting;

    public int Running => _running.Count;

    public void Arrive(Turn turn)
    {
        _waiting.Enqueue(turn);
        _meter.Began(turn.Size);
    }

    /// <summary>The next one that starts now, with the tokens of its prompt that are there; null if none can.</summary>
    public (Turn Turn, int Cached)? Start()
    {
        if (_running.Count >= _scenario.Slots || !_waiting.TryDequeue(out var turn))
        {
            return null;
        }

        _running.Add(turn);
        return (turn, Math.Min(_cache.Tokens(turn.Dialogue.Id), turn.Prompt));
    }

    public void End(Turn turn)
    {
        _running.Remove(turn);
        _meter.Done(turn.Size);
        _cache.Keep(turn.Dialogue.Id, turn.Prompt + turn.Answer);
    }

    /// <summary>All that was there.</summary>
    public List<Turn> Die()
    {
        IsAlive = false;
        List<Turn> lost = [.. _running.OrderBy(turn => turn.Dialogue.Id), .. _waiting];
        _running.Clear();
        _waiting.Clear();
        _cache.Clear();
        _meter = new WorkMeter(_time);
        return lost;
    }

    public void Restart()
    {
        IsAlive = true;
        _incarnation = new Guid(Index, (short)++_life, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
        _number = 0;
    }

    public WorkerReport Report() => new()
    {
        WorkerId = Id,
        Endpoint = Id,
        Device = "cpu",
        Incarnation = _incarnation,
        Number = ++_number,
        Offers = Offers,
        Active = _running.Count,
        Queued = _waiting.Count,
        Capacity = _scenario.Slots + _scenario.Waiting,
        Backlogs = [new WorkerBacklog(Done, _meter.InFlight, _meter.PerSecond, _scenario.Slots)],
    };
}
