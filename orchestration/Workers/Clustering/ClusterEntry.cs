using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.Workers.Clustering;

/// <summary>Lets a process start before the cluster does: it waits at the door instead of failing.</summary>
internal sealed class ClusterEntry(IOptions<ClusterOptions> options, TimeProvider time, ILogger<ClusterEntry> logger) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(250);
    private readonly long _began = time.GetTimestamp();
    private bool _told;

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_began) >= options.Value.ConnectTimeout)
        {
            Log.ClusterUnreachable(logger, options.Value.MeetingPoint, options.Value.ConnectTimeout.TotalSeconds);
            return false;
        }

        if (!_told)
        {
            _told = true;
            Log.WaitingForCluster(logger, options.Value.MeetingPoint);
        }

        await Task.Delay(Delay, time, cancellationToken);
        return true;
    }
}
