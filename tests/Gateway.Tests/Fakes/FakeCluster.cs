using System.Collections.Concurrent;
using System.Threading.Channels;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Jobs;
using MultiModalMesh.Grains.Operations;
using MultiModalMesh.Grains.Workers;
using Orleans.Runtime;

namespace MultiModalMesh.Gateway.Tests.Fakes;

/// <summary>What the fake grains of one test's silo share with the test.</summary>
public sealed class FakeCluster
{
    /// <summary>Base address of the fake worker; every lease points there.</summary>
    public string WorkerEndpoint { get; set; } = "";

    public ConcurrentQueue<RouteRequest> Routes { get; } = new();

    public ConcurrentDictionary<string, FakeDialogue> Dialogues { get; } = new();

    public FakeJobs Jobs { get; } = new();

    /// <summary>What the worker offers beside "tiny", a pack that can everything, and retrieval.</summary>
    public IReadOnlyList<WorkerOffer> FurtherOffers { get; set; } = [];

    /// <summary>Thrown by the router instead of an answer.</summary>
    public DialogueException? RouteFailure { get; set; }
}

/// <summary>One dialogue's turns and the events a test feeds into them.</summary>
public sealed class FakeDialogue
{
    private readonly Lock _gate = new();
    private readonly List<TurnEvent> _events = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<TurnView> Turns { get; } = [];

    public ConcurrentQueue<PostTurnCommand> Posted { get; } = new();

    /// <summary>How often a watch ends with the failure of a dead silo before its first event.</summary>
    public int SiloDeaths { get; set; }

    public ConcurrentQueue<int> WatchedFrom { get; } = new();

    public void Say(string text) => Add(sequence => new TurnEvent { Sequence = sequence, TextDelta = text });

    public void End(TurnView turn)
    {
        Turns[Turns.FindIndex(t => t.TurnId == turn.TurnId)] = turn;
        Add(sequence => new TurnEvent { Sequence = sequence, Ended = turn });
    }

    public async IAsyncEnumerable<TurnEvent> WatchAsync(int after)
    {
        WatchedFrom.Enqueue(after);
        for (var next = after; ; next++)
        {
            Task changed;
            TurnEvent? item;
            lock (_gate)
            {
                item = next < _events.Count ? _events[next] : null;
                changed = _changed.Task;
                if (item is null && _events.Count > 0 && _events[^1].Ended is not null)
                {
                    yield break;
                }
            }

            if (item is null)
            {
                await changed;
                next--;
                continue;
            }

            yield return item;
            if (item.Ended is null && SiloDeaths > 0)
            {
                SiloDeaths--;
                throw new SiloUnavailableException("The silo was killed by the test.");
            }
        }
    }

    private void Add(Func<int, TurnEvent> make)
    {
        lock (_gate)
        {
            _events.Add(make(_events.Count + 1));
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}

public sealed class FakeDialogueGrain(FakeCluster cluster) : Grain, IDialogueGrain
{
    private FakeDialogue Dialogue => cluster.Dialogues.GetOrAdd(this.GetPrimaryKeyString(), _ => new FakeDialogue());

    public Task<TurnView> PostTurnAsync(PostTurnCommand command)
    {
        Dialogue.Posted.Enqueue(command);
        if (Dialogue.Turns.Find(turn => turn.RequestId == command.RequestId) is { } known)
        {
            return known.Text == command.Text
                ? Task.FromResult(known)
                : throw new DialogueException(ErrorReason.RequestIdReused.Code, $"The request id '{command.RequestId}' was used with other content.");
        }

        var turn = new TurnView
        {
            TurnId = $"t{Dialogue.Turns.Count + 1}",
            RequestId = command.RequestId,
            Text = command.Text,
            ImageIds = command.ImageIds,
            State = TurnState.Pending,
            Skill = command.Skill,
            Model = command.Options.Model,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        Dialogue.Turns.Add(turn);
        return Task.FromResult(turn);
    }

    public IAsyncEnumerable<TurnEvent> WatchTurnAsync(string turnId, int afterSequence, CancellationToken cancellationToken) => Dialogue.WatchAsync(afterSequence);

    public Task<TurnView> CancelTurnAsync(string turnId) => Dialogue.Turns.Find(turn => turn.TurnId == turnId) is { } turn
        ? Task.FromResult(turn with { State = TurnState.Cancelled })
        : throw new DialogueException(ErrorReason.TurnNotFound.Code, $"There is no turn '{turnId}'.");

    public Task<DialogueView?> GetAsync() => Task.FromResult(Dialogue.Turns.Count == 0
        ? null
        : new DialogueView { DialogueId = DialogueKey.Parse(this.GetPrimaryKeyString()).Dialogue, Title = "Cups", Turns = [.. Dialogue.Turns] });

    public Task DeleteAsync()
    {
        cluster.Dialogues.TryRemove(this.GetPrimaryKeyString(), out _);
        return Task.CompletedTask;
    }

    public Task ResumeAsync() => Task.CompletedTask;
}

public sealed class FakeUserGrain(FakeCluster cluster) : Grain, IUserGrain
{
    public Task<DialoguePage> ListDialoguesAsync(int pageSize, string pageToken)
    {
        var mine = cluster.Dialogues.Keys.Where(key => key.StartsWith(this.GetPrimaryKeyString() + "/", StringComparison.Ordinal)).Order().Skip(pageToken.Length == 0 ? 0 : int.Parse(pageToken, null)).ToList();
        return Task.FromResult(new DialoguePage(
            [.. mine.Take(pageSize).Select(key => new DialogueSummary { DialogueId = DialogueKey.Parse(key).Dialogue, Title = "Cups", TurnCount = cluster.Dialogues[key].Turns.Count })],
            mine.Count > pageSize ? $"{pageSize}" : ""));
    }

    public Task DialogueChangedAsync(DialogueSummary summary) => Task.CompletedTask;

    public Task DialogueDeletedAsync(string dialogueId) => Task.CompletedTask;
}

public sealed class FakeSkillRouterGrain(FakeCluster cluster) : Grain, ISkillRouterGrain
{
    public Task<WorkerLease> RouteAsync(RouteRequest request)
    {
        cluster.Routes.Enqueue(request);
        if (cluster.RouteFailure is { } failure)
        {
            throw failure;
        }

        return request.Model is "" or "tiny" or "towers"
            ? Task.FromResult(new WorkerLease { WorkerId = "w", Endpoint = cluster.WorkerEndpoint, Model = request.Model.Length == 0 ? "tiny" : request.Model })
            : throw new DialogueException(ErrorReason.ModelNotFound.Code, $"There is no model '{request.Model}'.") { Field = "model" };
    }

    public Task TellAsync(string workerId, bool succeeded) => Task.CompletedTask;
}

public sealed class FakeWorkerDirectoryGrain(FakeCluster cluster) : Grain, IWorkerDirectoryGrain
{
    public Task ReportAsync(WorkerReport report) => Task.CompletedTask;

    public Task LeaveAsync(string workerId, Guid incarnation) => Task.CompletedTask;

    public Task<IReadOnlyList<WorkerReport>> ListAsync() => Task.FromResult<IReadOnlyList<WorkerReport>>(
    [
        new WorkerReport
        {
            WorkerId = "w",
            Endpoint = cluster.WorkerEndpoint,
            Device = "cpu",
            Execution = new WorkerExecution { Configured = ["cuda:0", "cpu"], Device = "cpu", Provider = "CPUExecutionProvider", Fallback = "no driver", Threads = 4 },
            Offers = [new WorkerOffer("tiny", "1", [Capabilities.Chat, Capabilities.ImageEmbedding, Capabilities.TextEmbedding], 3), new WorkerOffer("", "", [Capabilities.Retrieval], 0), .. cluster.FurtherOffers],
            Active = 1,
            Capacity = 8,
            Backlogs = [new WorkerBacklog([Capabilities.Chat], 40, 12.345, 4), new WorkerBacklog([Capabilities.TextEmbedding], 0, 0, 16)],
        },
    ]);
}

public sealed class FakeClusterGrain(FakeCluster cluster) : Grain, IClusterGrain
{
    public Task<ClusterView> DescribeAsync() => Task.FromResult(new ClusterView(
        [new MemberView { Address = "127.0.0.1:11111", Host = "here", Status = "Active", Roles = ["silo", "worker"], WorkerId = "w" }], cluster.Dialogues.Count)
    {
        Jobs = new JobsView(2, 400, 120, 3, 31.256),
    });
}
