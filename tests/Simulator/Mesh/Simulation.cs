using System.Globalization;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Simulator.Mesh;

/// <summary>
/// A mesh on a virtual clock: the workers are models of decoders, the routers, the worker directory and the meters of the workers are the mesh's own.
/// One seed, one course of events.
/// </summary>
internal sealed class Simulation
{
    private const int MaxAttempts = 3;

    private readonly Scenario _scenario;
    private readonly VirtualTime _time = new();
    private readonly Random _random;
    private readonly PriorityQueue<Action, (double At, long Order)> _events = new();
    private readonly SimulatedWorker[] _workers;
    private readonly Dictionary<string, SimulatedWorker> _byId;
    private readonly WorkerDirectory _directory;
    private readonly Router[] _routers;
    private readonly IReadOnlyList<WorkerReport>[] _known;
    private readonly double[] _readAt;
    private readonly Tally _tally = new();
    private long _order;
    private int _begun;
    private double _measuredFrom;

    private Simulation(Scenario scenario)
    {
        _scenario = scenario;
        _random = new Random(scenario.Seed);
        _directory = new WorkerDirectory(_time);
        _workers = [.. Enumerable.Range(0, scenario.Workers).Select(i => new SimulatedWorker(i, scenario.Speeds[i % scenario.Speeds.Count], scenario, _time))];
        _byId = _workers.ToDictionary(worker => worker.Id, StringComparer.Ordinal);
        _routers = [.. Enumerable.Range(0, scenario.Silos).Select(i => scenario.Routing.Router(scenario.Options, _time, new Random((scenario.Seed * 100) + i)))];
        _known = [.. Enumerable.Repeat<IReadOnlyList<WorkerReport>>([], scenario.Silos)];
        _readAt = [.. Enumerable.Repeat(double.NegativeInfinity, scenario.Silos)];
    }

    public static Outcome Run(Scenario scenario) => new Simulation(scenario).Run();

    private Outcome Run()
    {
        foreach (var worker in _workers)
        {
            _directory.Report(worker.Report());
            At(_random.NextDouble() * _scenario.Heartbeat, () => Beat(worker));
        }

        if (_scenario.DeathsPerMinute > 0)
        {
            At(NextDeath(), Kill);
        }

        At(0, BeginDialogue);
        var end = double.PositiveInfinity;
        while (_events.TryDequeue(out var happen, out var when))
        {
            _time.Now = when.At;

            // Until the last dialogue has begun the load is what it is to be; what follows is the mesh running empty.
            if (_begun == _scenario.Dialogues && double.IsPositiveInfinity(end))
            {
                end = _time.Now;
                break;
            }

            happen();
        }

        return _tally.Sum((Math.Min(end, _time.Now) - _measuredFrom) * _scenario.Workers * _scenario.Slots);
    }

    private void At(double when, Action happen) => _events.Enqueue(happen, (when, _order++));

    private void After(double seconds, Action happen) => At(_time.Now + seconds, happen);

    private double Exponential(double mean) => -Math.Log(1 - _random.NextDouble()) * mean;

    private void BeginDialogue()
    {
        var id = _begun++;

        // The mesh starts empty; what is measured begins when it is full.
        if (id == _scenario.Dialogues / 3)
        {
            _measuredFrom = _time.Now;
        }

        var key = _random.NextDouble() < _scenario.HotShare ? "hot" : string.Create(CultureInfo.InvariantCulture, $"tenant/user/{id}");
        var turns = 1 + (int)(Math.Log(1 - _random.NextDouble()) / Math.Log(1 - (1 / _scenario.TurnsPerDialogue)));
        Ask(new Dialogue(id, key, _scenario.FirstPrompt, turns));
        if (_begun < _scenario.Dialogues)
        {
            After(Exponential(1 / _scenario.ArrivalRate), BeginDialogue);
        }
    }

    private void Ask(Dialogue dialogue)
    {
        var prompt = dialogue.Prompt + _scenario.Question;
        var answer = Math.Clamp((int)Exponential(_scenario.Answer), 1, _scenario.LongestAnswer);
        Send(new Turn(dialogue, prompt, answer, _time.Now) { Size = prompt + _scenario.LongestAnswer });
    }

    private void Send(Turn turn)
    {
        var silo = turn.Dialogue.Id % _scenario.Silos;
        if (_time.Now - _readAt[silo] >= _scenario.Freshness)
        {
            _readAt[silo] = _time.Now;
            _known[silo] = _directory.Workers;
        }

        while (turn.Avoid.Count < MaxAttempts)
        {
            WorkerLease lease;
            try
            {
                lease = _routers[silo].Route(
                    new RouteRequest { Capability = Capabilities.Chat, AffinityKey = turn.Dialogue.Key, Avoid = turn.Avoid, Size = turn.Size }, _known[silo]);
            }
            catch (MeshException)
            {
                break;
            }

            var worker = _byId[lease.WorkerId];
            if (worker.IsAlive && worker.HasRoom)
            {
                if (lease.IsSuspect)
                {
                    _routers[silo].Tell(lease.WorkerId, succeeded: true);
                }

                worker.Arrive(turn);
                StartOn(worker);
                return;
            }

            if (!worker.IsAlive)
            {
                _routers[silo].Tell(lease.WorkerId, succeeded: false);
            }

            _tally.Retried++;
            turn.Avoid.Add(lease.WorkerId);
        }

        _tally.Refused += IsMeasured ? 1 : 0;
    }

    private bool IsMeasured => _begun > _scenario.Dialogues / 3;

    private void StartOn(SimulatedWorker worker)
    {
        while (worker.Start() is var (turn, cached))
        {
            var prefill = (turn.Prompt - cached) / (_scenario.PrefillRate * worker.Speed);
            var seconds = prefill + (turn.Answer / (_scenario.DecodeRate * worker.Speed));
            if (IsMeasured)
            {
                _tally.Add(_time.Now - turn.Arrival, prefill, turn.Dialogue.HasHistory, cached >= turn.Prompt - _scenario.Question);
            }

            var attempt = turn.Attempt;
            After(seconds, () => End(worker, turn, attempt, seconds));
        }
    }

    private void End(SimulatedWorker worker, Turn turn, int attempt, double seconds)
    {
        if (turn.Attempt != attempt)
        {
            return;
        }

        worker.End(turn);
        _tally.Busy += IsMeasured ? seconds : 0;
        var dialogue = turn.Dialogue;
        dialogue.Prompt = turn.Prompt + turn.Answer;
        dialogue.HasHistory = true;
        if (--dialogue.TurnsLeft > 0)
        {
            After(Exponential(_scenario.Thinking), () => Ask(dialogue));
        }

        StartOn(worker);
    }

    private void Beat(SimulatedWorker worker)
    {
        if (worker.IsAlive)
        {
            _directory.Report(worker.Report());
        }

        After(_scenario.Heartbeat, () => Beat(worker));
    }

    private double NextDeath() => Exponential(60 / (_scenario.DeathsPerMinute * _scenario.Workers));

    private void Kill()
    {
        After(NextDeath(), Kill);
        var worker = _workers[_random.Next(_workers.Length)];
        if (!worker.IsAlive)
        {
            return;
        }

        After(_scenario.Restart, worker.Restart);
        foreach (var turn in worker.Die())
        {
            // Whoever streams from it sees the connection break, tells its router and goes on elsewhere.
            turn.Attempt++;
            turn.Avoid.Clear();
            turn.Avoid.Add(worker.Id);
            _tally.Retried++;
            _routers[turn.Dialogue.Id % _scenario.Silos].Tell(worker.Id, succeeded: false);
            Send(turn);
        }
    }
}
