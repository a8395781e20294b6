using MultiModalMesh.Grains.Jobs;
using MultiModalMesh.Grains.Operations;
using MultiModalMesh.Grains.Workers;
using Skills = MultiModalMesh.Grains.Workers.Capabilities;

namespace MultiModalMesh.Gateway.Operations;

/// <summary>The mesh at a glance.</summary>
/// <param name="UptimeSeconds">Of the process that answers.</param>
/// <param name="Members">The processes of the cluster; those that only enter as clients, such as a gateway of its own, are none.</param>
/// <param name="ActiveDialogues">Dialogues in memory; null where not all members said so in time.</param>
/// <param name="Jobs">The jobs that are worked on, together; null where that is not known.</param>
internal sealed record SystemJson(
    string Version, double UptimeSeconds, IReadOnlyList<MemberJson> Members, int? ActiveDialogues, JobsJson? Jobs, IReadOnlyList<WorkerJson> Workers);

/// <param name="Active">Jobs that are worked on.</param>
/// <param name="ItemsTotal">Their items.</param>
/// <param name="ItemsDone">Items with an answer.</param>
/// <param name="ItemsFailed">Items with an error.</param>
/// <param name="ItemsPerSecond">By the last minute; 0 where nothing is known.</param>
internal sealed record JobsJson(int Active, long ItemsTotal, long ItemsDone, long ItemsFailed, double ItemsPerSecond)
{
    public static JobsJson From(JobsView jobs) => new(jobs.Active, jobs.ItemsTotal, jobs.ItemsDone, jobs.ItemsFailed, Math.Round(jobs.ItemsPerSecond, 2));
}

/// <param name="Address">Where the other members reach it.</param>
/// <param name="Roles">Such as silo and worker.</param>
/// <param name="WorkerId">The worker that lives in it; null if there is none.</param>
internal sealed record MemberJson(string Address, string Host, string Status, IReadOnlyList<string> Roles, string? WorkerId, DateTimeOffset JoinedAt)
{
    public static MemberJson From(MemberView member) => new(
        member.Address, member.Host, member.Status, member.Roles, member.WorkerId.Length > 0 ? member.WorkerId : null, member.JoinedAt);
}

/// <param name="Device">The one that its models run on.</param>
/// <param name="Execution">How they are run; null for a worker without models.</param>
/// <param name="Backlogs">What each of its roles has to do, and how fast it is.</param>
internal sealed record WorkerJson(
    string Id, string Endpoint, string Device, ExecutionJson? Execution, IReadOnlyList<OfferJson> Offers, LoadJson Load, IReadOnlyList<BacklogJson> Backlogs)
{
    public static WorkerJson From(WorkerReport report) => new(
        report.WorkerId,
        report.Endpoint,
        report.Device,
        report.Execution is { } execution ? ExecutionJson.From(execution) : null,
        [.. report.Offers.Select(offer => new OfferJson(offer.Model, offer.Version, offer.Capabilities, offer.Dimensions))],
        new LoadJson(report.Active, report.Queued, report.Capacity),
        [.. report.Backlogs.Where(backlog => backlog.Capabilities.Count > 0).Select(BacklogJson.From)]);
}

/// <param name="Configured">The devices that were asked for, the best first.</param>
/// <param name="Device">The one that is used.</param>
/// <param name="Provider">ONNX Runtime's execution provider.</param>
/// <param name="Hardware">The GPU's name and UUID; null for the CPU.</param>
/// <param name="Fallback">Why not the first that was configured; null if it is.</param>
/// <param name="Threads">Threads that all models of the worker share.</param>
/// <param name="Processors">Those that the worker is bound to, such as 0-3,8; null if it is not bound.</param>
internal sealed record ExecutionJson(
    IReadOnlyList<string> Configured, string Device, string Provider, string? Hardware, string? Fallback, int Threads, string? Processors)
{
    public static ExecutionJson From(WorkerExecution execution) => new(
        execution.Configured,
        execution.Device,
        execution.Provider,
        Given(execution.Hardware),
        Given(execution.Fallback),
        execution.Threads,
        Given(execution.Processors));

    private static string? Given(string text) => text.Length > 0 ? text : null;
}

internal sealed record OfferJson(string Model, string Version, IReadOnlyList<string> Capabilities, int Dimensions);

/// <param name="Active">Requests in work.</param>
/// <param name="Queued">Requests that wait.</param>
/// <param name="Capacity">How many of both a worker takes before it refuses.</param>
internal sealed record LoadJson(int Active, int Queued, int Capacity);

/// <param name="Capabilities">What is done there.</param>
/// <param name="Unit">What is counted: tokens, texts, pictures, or requests.</param>
/// <param name="InFlight">Worked on and waiting.</param>
/// <param name="PerSecond">As measured while there was work; 0 where nothing was yet.</param>
internal sealed record BacklogJson(IReadOnlyList<string> Capabilities, string Unit, long InFlight, double PerSecond)
{
    public static BacklogJson From(WorkerBacklog backlog) => new(
        backlog.Capabilities, UnitOf(backlog.Capabilities[0]), backlog.InFlight, Math.Round(backlog.PerSecond, 2));

    private static string UnitOf(string capability) => capability switch
    {
        Skills.Chat or Skills.Completion => "tokens",
        Skills.TextEmbedding => "texts",
        Skills.ImageEmbedding or Skills.ImageFeatures => "pictures",
        _ => "requests",
    };
}
