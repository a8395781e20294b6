using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Grains.Workers;
using Orleans.Runtime;

namespace MultiModalMesh.Workers.Tests.Placement;

public sealed class PinningTests
{
    private static readonly string[] Ids = ["alpha", "beta", "gamma"];

    [Fact]
    public async Task A_pinned_grain_is_always_activated_in_the_process_that_its_key_names_also_after_that_process_came_back()
    {
        await using var silo = await Member.StartSiloAsync();
        var workers = await Task.WhenAll(Ids.Select(id => Member.StartWorkerAsync(silo, id)));
        try
        {
            await ProbeAsync(workers, rounds: 100);

            await workers[1].DisposeAsync();
            workers[1] = await Member.StartWorkerAsync(silo, "beta");
            await ProbeAsync(workers, rounds: 60);
        }
        finally
        {
            await Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task A_worker_reports_itself_to_the_directory_before_its_host_counts_as_started_and_leaves_when_it_stops()
    {
        await using var silo = await Member.StartSiloAsync();
        var directory = silo.Grains.GetGrain<IWorkerDirectoryGrain>(0);
        Guid incarnation;
        await using (var worker = await Member.StartWorkerAsync(silo, "alpha"))
        {
            incarnation = worker.Identity.Incarnation;
            var report = Assert.Single(await directory.ListAsync());
            Assert.Equal(("alpha", incarnation, "cpu"), (report.WorkerId, report.Incarnation, report.Device));
            Assert.Equal((1, 2, 8), (report.Active, report.Queued, report.Capacity));
            Assert.Equal("tiny", Assert.Single(report.Offers).Model);
            Assert.StartsWith("http://127.0.0.1:", report.Endpoint, StringComparison.Ordinal);
            Assert.Equal(incarnation, (await silo.Grains.GetGrain<IWorkerGrain>("alpha").GetReportAsync()).Incarnation);
        }

        Assert.Empty(await directory.ListAsync());
    }

    [Fact]
    public async Task A_worker_reports_the_device_that_its_models_really_run_on()
    {
        await using var silo = await Member.StartSiloAsync(builder =>
        {
            builder.AddWorker();
            builder.Services.AddSingleton(new WorkerExecution { Configured = ["cuda:GPU-1", "cpu"], Device = "cuda:1", Threads = 2 });
        });

        var report = Assert.Single(await silo.Grains.GetGrain<IWorkerDirectoryGrain>(0).ListAsync());

        Assert.Equal(("cuda:1", 2), (report.Device, report.Execution?.Threads));
        Assert.Equal(["cuda:GPU-1", "cpu"], report.Execution?.Configured);
    }

    [Fact]
    public async Task A_pinned_grain_without_its_process_fails_and_is_not_placed_elsewhere()
    {
        await using var silo = await Member.StartSiloAsync();
        await using var worker = await Member.StartWorkerAsync(silo, "alpha");

        await Assert.ThrowsAnyAsync<OrleansException>(() => silo.Grains.GetGrain<IProbeGrain>("nobody").WhereAsync());
    }

    // The callers take turns: a grain that is called and told to leave at the same moment rejects the call.
    private static Task ProbeAsync(Member[] workers, int rounds) => Task.WhenAll(workers.Select(target => Task.Run(async () =>
    {
        for (var i = 0; i < rounds; i++)
        {
            var probe = workers[i % workers.Length].Grains.GetGrain<IProbeGrain>(target.Identity.Id);
            Assert.Equal(target.Identity.Incarnation, await probe.WhereAsync());
            await probe.LeaveAsync();
        }
    })));
}
