using Orleans.Concurrency;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>How the jobs that run get on, for people who look after the mesh. One grain, key 0; soft state: the jobs fill it anew within a second or two.</summary>
[Alias("MultiModalMesh.IJobBoardGrain")]
public interface IJobBoardGrain : IGrainWithIntegerKey
{
    /// <summary>Told about once a second by every job that is worked on, and when that ends. One that is silent is forgotten.</summary>
    [Alias("Report")]
    [OneWay]
    Task ReportAsync(JobProgress progress);

    [Alias("Read")]
    Task<JobsView> ReadAsync();
}

/// <param name="Key">Of the job's grain.</param>
/// <param name="Total">Items.</param>
/// <param name="Done">Items with an answer.</param>
/// <param name="Failed">Items with an error.</param>
/// <param name="PerSecond">Items, by the last minute; 0 where nothing is known.</param>
/// <param name="IsWorkedOn">False: it has ended, or rests.</param>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.JobProgress")]
public sealed record JobProgress(
    [property: Id(0)] string Key,
    [property: Id(1)] int Total,
    [property: Id(2)] int Done,
    [property: Id(3)] int Failed,
    [property: Id(4)] double PerSecond,
    [property: Id(5)] bool IsWorkedOn);

/// <summary>All jobs that are worked on, together.</summary>
/// <param name="Active">Jobs.</param>
/// <param name="ItemsTotal">Of these jobs.</param>
/// <param name="ItemsDone">With an answer.</param>
/// <param name="ItemsFailed">With an error.</param>
/// <param name="ItemsPerSecond">By the last minute of each.</param>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.JobsView")]
public sealed record JobsView(
    [property: Id(0)] int Active,
    [property: Id(1)] long ItemsTotal,
    [property: Id(2)] long ItemsDone,
    [property: Id(3)] long ItemsFailed,
    [property: Id(4)] double ItemsPerSecond);
