using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Grains.Workers;
using Orleans.Serialization;

namespace MultiModalMesh.Simulator.Studies;

/// <summary>What the router and the directory cost a real processor, by the number of workers. The only numbers here that depend on the machine.</summary>
/// <param name="Workers">In the mesh.</param>
/// <param name="RouteMicroseconds">One request.</param>
/// <param name="RefreshMicroseconds">Taking in new reports and the first request behind them; four times a second on each silo.</param>
/// <param name="ListBytes">The directory's answer as it travels to a silo; as often.</param>
internal sealed record RouterCost(int Workers, double RouteMicroseconds, double RefreshMicroseconds, int ListBytes)
{
    private const int Routes = 20_000, Refreshes = 40;

    public static RouterCost Measure(int workers)
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var router = Router.Create(new RoutingOptions(), TimeProvider.System, new Random(1));
        var reports = Reports(workers, 0);
        Route(router, reports, Routes / 10);
        var start = Stopwatch.GetTimestamp();
        Route(router, reports, Routes);
        var route = Stopwatch.GetElapsedTime(start) / Routes;

        var later = Enumerable.Range(1, Refreshes).Select(i => Reports(workers, i)).ToList();
        start = Stopwatch.GetTimestamp();
        foreach (var newer in later)
        {
            Route(router, newer, 1);
        }

        var refresh = Stopwatch.GetElapsedTime(start) / Refreshes;
        var bytes = services.GetRequiredService<Serializer>().SerializeToArray<IReadOnlyList<WorkerReport>>(reports).Length;
        return new RouterCost(workers, route.TotalMicroseconds, refresh.TotalMicroseconds, bytes);
    }

    private static void Route(Router router, List<WorkerReport> reports, int count)
    {
        for (var i = 0; i < count; i++)
        {
            router.Route(new RouteRequest { Capability = Capabilities.Chat, AffinityKey = string.Create(CultureInfo.InvariantCulture, $"tenant/user/{i}"), Size = 500 }, reports);
        }
    }

    private static List<WorkerReport> Reports(int workers, int number) =>
    [
        .. Enumerable.Range(0, workers).Select(i => new WorkerReport
        {
            WorkerId = string.Create(CultureInfo.InvariantCulture, $"worker-{i:0000}"),
            Endpoint = string.Create(CultureInfo.InvariantCulture, $"http://10.0.{i / 250}.{i % 250}:50051"),
            Device = "cuda:0",
            Incarnation = new Guid(i, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]),
            Number = number,
            Offers = [new WorkerOffer("smollm2-135m", "1.0.0", [Capabilities.Chat], 0)],
            Active = 5,
            Queued = 1,
            Capacity = 80,
            Execution = new WorkerExecution { Configured = ["cuda", "cpu"], Device = "cuda:0", Provider = "CUDAExecutionProvider", Threads = 8 },
            Backlogs = [new WorkerBacklog([Capabilities.Chat], 4000, 900, 16)],
        }),
    ];
}
