using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Jobs;
using MultiModalMesh.Images;

namespace MultiModalMesh.Grains.Tests.Jobs;

internal static class JobClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static IJobGrain Job(this TestMesh mesh, string requestId, string tenant = "default") =>
        mesh.Grains.GetGrain<IJobGrain>(new JobKey(tenant, "default", JobKey.IdOf(requestId)).ToString());

    public static IUserJobsGrain Jobs(this TestMesh mesh) => mesh.Grains.GetGrain<IUserJobsGrain>("default/default");

    /// <summary>A job of as many items, each with a picture and a text of its own.</summary>
    public static SubmitJobCommand Command(string requestId, int items, TurnOptions? options = null) => new()
    {
        RequestId = requestId,
        Items = [.. Enumerable.Range(0, items).Select(i => new JobItem($"item-{i}", ImageOf(requestId, i), $"{requestId}-{i}-"))],
        Options = options ?? new TurnOptions(),
    };

    public static string ImageOf(string requestId, int index) => ImageId.Of(System.Text.Encoding.UTF8.GetBytes($"{requestId}/{index}"));

    /// <summary>Reads results from a number on until the job has ended.</summary>
    public static async Task<IReadOnlyList<JobResult>> ReadAllAsync(this IJobGrain job, int after = 0)
    {
        var began = TimeProvider.System.GetTimestamp();
        List<JobResult> results = [];
        while (true)
        {
            var page = await job.ReadResultsAsync(after + results.Count, TimeSpan.FromSeconds(1));
            results.AddRange(page.Results);
            if (page.IsLast)
            {
                return results;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"The job did not end within {Patience}; last seen: {page.Job}");
        }
    }

    public static async Task<T> PollAsync<T>(Func<Task<T>> look, Predicate<T> isSo, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (isSo(seen))
            {
                return seen;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"Waited a minute for {what}; seen: {seen}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
