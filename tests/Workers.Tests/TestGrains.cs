using System.Collections.Concurrent;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers.Placement;
using MultiModalMesh.Workers.Reporting;
using Orleans.Concurrency;
using StackExchange.Redis;

namespace MultiModalMesh.Workers.Tests;

/// <summary>What the router is to answer, in order of the routes a worker avoids.</summary>
public sealed class RouterScript
{
    public IReadOnlyList<WorkerLease> Workers { get; set; } = [];

    public ConcurrentQueue<RouteRequest> Asked { get; } = new();

    public ConcurrentQueue<(string WorkerId, bool Succeeded)> Told { get; } = new();
}

[OnRole("silo")]
public sealed class ScriptedRouterGrain(RouterScript script) : Grain, ISkillRouterGrain
{
    public Task<WorkerLease> RouteAsync(RouteRequest request)
    {
        script.Asked.Enqueue(request);
        return Task.FromResult(script.Workers.FirstOrDefault(worker => !request.Avoid.Contains(worker.WorkerId))
            ?? throw new MultiModalMesh.Grains.Dialogues.DialogueException("NO_WORKER", "Nobody is left.") { RetryAfter = TimeSpan.FromSeconds(7), Field = "model" });
    }

    public Task TellAsync(string workerId, bool succeeded)
    {
        script.Told.Enqueue((workerId, succeeded));
        return Task.CompletedTask;
    }
}

[OnRole("silo")]
public sealed class RememberingDirectoryGrain : Grain, IWorkerDirectoryGrain
{
    private readonly Dictionary<string, WorkerReport> _reports = [];

    public Task ReportAsync(WorkerReport report)
    {
        _reports[report.WorkerId] = report;
        return Task.CompletedTask;
    }

    public Task LeaveAsync(string workerId, Guid incarnation)
    {
        _reports.Remove(workerId);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<WorkerReport>> ListAsync() => Task.FromResult<IReadOnlyList<WorkerReport>>([.. _reports.Values]);
}

/// <summary>Says which process it lives in, and leaves, so that the next call has to place it again.</summary>
[Alias("MultiModalMesh.Workers.Tests.IProbeGrain")]
public interface IProbeGrain : IGrainWithStringKey
{
    [Alias("Where")]
    Task<Guid> WhereAsync();

    [Alias("Leave")]
    Task LeaveAsync();
}

[PinnedToWorker]
internal sealed class ProbeGrain(WorkerIdentity identity) : Grain, IProbeGrain
{
    public Task<Guid> WhereAsync() => Task.FromResult(identity.Incarnation);

    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

/// <summary>Fails as its key says.</summary>
[Alias("MultiModalMesh.Workers.Tests.IFailingGrain")]
public interface IFailingGrain : IGrainWithStringKey
{
    [Alias("Fail")]
    Task FailAsync();
}

[OnRole("silo")]
internal sealed class FailingGrain : Grain, IFailingGrain
{
    public Task FailAsync() => throw (this.GetPrimaryKeyString() switch
    {
        "server away" => new RedisException("No connection is active."),
        "inside" => new AggregateException("Several.", new RedisException("No connection is active.")),
        "ours" => new MeshException(ErrorReason.Overloaded, "No room.") { Field = "items", RetryAfter = TimeSpan.FromSeconds(3) },
        "defect" => new DefectException("A password."),
        _ => new InvalidOperationException("Not that one."),
    });

    private sealed class DefectException(string message) : Exception(message);
}
