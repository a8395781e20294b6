using System.Diagnostics;
using System.Globalization;
using MultiModalMesh.Chaos.Processes;

namespace MultiModalMesh.Chaos.Rolling;

/// <summary>A new version comes: every process is stopped with SIGTERM and started again, one after the other, while turns are asked for.</summary>
internal sealed class RollingRestart(ChaosMesh mesh, Random random, Action<string> log)
{
    /// <summary>Between a gateway's leaving the balancer and its SIGTERM: requests that were on their way to it have arrived.</summary>
    private static readonly TimeSpan PreStop = TimeSpan.FromSeconds(1);

    private readonly Balancer _balancer = new(mesh.Clients);

    /// <param name="load">Share of the capacity.</param>
    /// <param name="calm">How long the capacity is measured, and how long the load runs before anything is restarted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<RollingReport> RunAsync(double load, TimeSpan calm, CancellationToken cancellationToken)
    {
        var turns = new TurnLoad(_balancer, random);

        // Code is compiled and prompts are met for the first time.
        await turns.CapacityAsync(calm, cancellationToken);
        var capacity = await turns.CapacityAsync(calm, cancellationToken);
        var rate = load * capacity;
        log(string.Create(CultureInfo.InvariantCulture, $"The mesh answers {capacity:0.0} turns a second; {load:P0} of that are {rate:0.0}."));
        var before = await turns.RunAsync(rate, Task.Delay(calm, cancellationToken), cancellationToken);
        var restarting = RestartAllAsync(cancellationToken);
        var during = await turns.RunAsync(rate, restarting, cancellationToken);
        return new RollingReport(capacity, rate, before, during, await restarting);
    }

    private async Task<TimeSpan> RestartAllAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < mesh.Gateways.Count; i++)
        {
            _balancer.Withdraw(i);
            await Task.Delay(PreStop, cancellationToken);
            await RestartAsync(mesh.Gateways[i], cancellationToken);
            _balancer.Admit(i);
        }

        foreach (var slot in mesh.Decoders.Concat(mesh.Silos))
        {
            await RestartAsync(slot, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(start);
    }

    private async Task RestartAsync(Slot slot, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var code = await slot.StopAsync(cancellationToken);
        var stopped = Stopwatch.GetElapsedTime(start);
        slot.RestartIfEnded();
        await mesh.WholeAsync(cancellationToken);
        log(string.Create(
            CultureInfo.InvariantCulture, $"{slot.Name} ended with {code} after {stopped.TotalSeconds:0.0} s, and the mesh was whole again {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s after its SIGTERM"));
    }
}
