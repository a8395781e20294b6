using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Inference.Packs.Serving;

namespace MultiModalMesh.ModelHosting.Packs;

/// <summary>Reads the packs before the process takes calls, and from then on looks at their folders every now and then.</summary>
/// <remarks>Looking, because a notice of changed files does not come from network folders and mounts, and costs no less where it does.</remarks>
internal sealed class PackKeeper(PackPool packs, IOptions<ModelOptions> options, TimeProvider time, ILogger<PackKeeper> logger) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await packs.StartAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.ReviewInterval == TimeSpan.Zero)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.ReviewInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await packs.ReviewAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A folder in a state that nobody thought of must not end the process; the packs that are there serve on.
                Log.ReviewFailed(logger, e);
            }
        }
    }
}
