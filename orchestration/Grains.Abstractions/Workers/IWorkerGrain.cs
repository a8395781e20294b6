namespace MultiModalMesh.Grains.Workers;

/// <summary>
/// One worker: a process and the device it owns. Key: the worker's id. Always activated in that very process, by our placement filter,
/// so a call to it reaches the device's owner or fails because that process is gone.
/// </summary>
[Alias("MultiModalMesh.IWorkerGrain")]
public interface IWorkerGrain : IGrainWithStringKey
{
    /// <summary>The worker's description and load as of now.</summary>
    [Alias("GetReport")]
    Task<WorkerReport> GetReportAsync();
}

/// <summary>The workers that are there. One grain, key 0; soft state: rebuilt from heartbeats within one interval.</summary>
[Alias("MultiModalMesh.IWorkerDirectoryGrain")]
public interface IWorkerDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>A worker's heartbeat. A report that is not renewed within its lifetime is dropped.</summary>
    [Alias("Report")]
    Task ReportAsync(WorkerReport report);

    /// <summary>The worker leaves in good order. A younger process with the same id stays.</summary>
    [Alias("Leave")]
    Task LeaveAsync(string workerId, Guid incarnation);

    [Alias("List")]
    Task<IReadOnlyList<WorkerReport>> ListAsync();
}

/// <summary>What a worker says of itself.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.WorkerReport")]
public sealed record WorkerReport
{
    [Id(0)] public required string WorkerId { get; init; }

    /// <summary>Base address of its gRPC endpoint.</summary>
    [Id(1)] public required string Endpoint { get; init; }

    /// <summary>The one that its models run on, such as <c>cpu</c> or <c>cuda:0</c>; <c>cpu</c> for a worker without models.</summary>
    [Id(2)] public required string Device { get; init; }

    /// <summary>What it offers; one entry per pack (and one without a pack for retrieval).</summary>
    [Id(3)] public IReadOnlyList<WorkerOffer> Offers { get; init; } = [];

    /// <summary>Requests it is working on.</summary>
    [Id(4)] public int Active { get; init; }

    /// <summary>Requests that wait in its queue.</summary>
    [Id(5)] public int Queued { get; init; }

    /// <summary>Requests it takes before it refuses: those it works on and those that wait.</summary>
    [Id(6)] public int Capacity { get; init; }

    /// <summary>The process behind it; a new process with the same id replaces the old one.</summary>
    [Id(7)] public Guid Incarnation { get; init; }

    /// <summary>Grows with every report of an incarnation, so that an older one that comes late is told apart.</summary>
    [Id(8)] public long Number { get; init; }

    /// <summary>How its models are run; null for a worker without, and for one of an older version.</summary>
    [Id(9)] public WorkerExecution? Execution { get; init; }

    /// <summary>What it has to do, by role; empty for a worker of an older version.</summary>
    [Id(10)] public IReadOnlyList<WorkerBacklog> Backlogs { get; init; } = [];
}

/// <summary>What one role of a worker has to do and how fast it is.</summary>
/// <param name="Capabilities">What is done there.</param>
/// <param name="InFlight">Work that is done or waits, in the role's unit: tokens of prompt and answer for a decoder, texts or pictures for an encoder.</param>
/// <param name="PerSecond">Of the same, as measured while the role was busy of late; 0 where nothing was finished yet.</param>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.WorkerBacklog")]
public sealed record WorkerBacklog(
    [property: Id(0)] IReadOnlyList<string> Capabilities,
    [property: Id(1)] long InFlight,
    [property: Id(2)] double PerSecond);

/// <summary>How a worker's models are run, all of them.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.WorkerExecution")]
public sealed record WorkerExecution
{
    /// <summary>The devices that were configured, the best first.</summary>
    [Id(0)] public IReadOnlyList<string> Configured { get; init; } = [];

    /// <summary>The one that is used, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    [Id(1)] public string Device { get; init; } = "";

    /// <summary>ONNX Runtime's execution provider.</summary>
    [Id(2)] public string Provider { get; init; } = "";

    /// <summary>The GPU's name and UUID; empty for the CPU.</summary>
    [Id(3)] public string Hardware { get; init; } = "";

    /// <summary>Why not the first of <see cref="Configured"/>; empty if it is.</summary>
    [Id(4)] public string Fallback { get; init; } = "";

    /// <summary>Threads of the pool that all its models share.</summary>
    [Id(5)] public int Threads { get; init; }

    /// <summary>The processors that it is bound to, such as <c>0-3,8</c>; empty: it is not bound.</summary>
    [Id(6)] public string Processors { get; init; } = "";
}

/// <param name="Model">Pack name, empty for work without one.</param>
/// <param name="Version">Pack version.</param>
/// <param name="Capabilities">Of <see cref="Workers.Capabilities"/>.</param>
/// <param name="Dimensions">Numbers in an embedding, 0 if it makes none.</param>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.WorkerOffer")]
public sealed record WorkerOffer(
    [property: Id(0)] string Model,
    [property: Id(1)] string Version,
    [property: Id(2)] IReadOnlyList<string> Capabilities,
    [property: Id(3)] int Dimensions);
