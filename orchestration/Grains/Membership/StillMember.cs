using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Errors;
using Orleans.Runtime;

namespace MultiModalMesh.Grains.Membership;

/// <summary>
/// Keeps a silo that stood still from answering out of its memory: while it stood the others may have given it up and its grains may be at work
/// elsewhere. It looks into the list of members first. (What it would write from before is refused by the store anyhow.)
/// </summary>
internal sealed class StillMember(IClusterMembershipService membership, ILocalSiloDetails silo, TimeProvider time, ILogger<StillMember> logger) : BackgroundService
{
    /// <summary>Shorter than the others take to give a silent silo up, which is two seconds and more.</summary>
    public static readonly TimeSpan LongestStandstill = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private (long Timestamp, DateTimeOffset Wall)? _seen;
    private bool _isDoubtful;
    private Task? _looking;

    /// <summary>Returns at once unless this process has just stood still.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.PeerUnavailable"/>: it was given up, or that cannot be found out.</exception>
    public ValueTask ConfirmAsync()
    {
        lock (_gate)
        {
            return Notice() ? new ValueTask(_looking is { IsCompleted: false } ? _looking : _looking = LookAsync()) : ValueTask.CompletedTask;
        }
    }

    /// <summary>Notes that the process runs. Of one that was frozen this may come before the first caller.</summary>
    internal void Tick()
    {
        lock (_gate)
        {
            Notice();
            _seen = (time.GetTimestamp(), time.GetUtcNow());
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                Tick();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    // Both clocks: where the whole machine was stopped the monotonic one was, too. A wall clock that was only set costs one look.
    private bool Notice()
    {
        if (_seen is { } seen && (time.GetElapsedTime(seen.Timestamp) > LongestStandstill || (time.GetUtcNow() - seen.Wall).Duration() > LongestStandstill))
        {
            _isDoubtful = true;
        }

        return _isDoubtful;
    }

    private async Task LookAsync()
    {
        var began = time.GetTimestamp();
        try
        {
            await membership.Refresh().AsTask().WaitAsync(Patience, time);
        }
        catch (Exception e)
        {
            throw new MeshException(ErrorReason.PeerUnavailable, "This silo stood still, and cannot find out yet whether it was given up; try again.", e);
        }

        if (membership.CurrentSnapshot.GetSiloStatus(silo.SiloAddress) is not SiloStatus.Active and var status)
        {
            Log.GivenUp(logger, status.ToString());
            throw new MeshException(ErrorReason.PeerUnavailable, "This silo stood still for so long that the others gave it up; try again.");
        }

        lock (_gate)
        {
            // It may have stood still again while it looked.
            if (time.GetElapsedTime(began) < LongestStandstill)
            {
                (_isDoubtful, _seen) = (false, (time.GetTimestamp(), time.GetUtcNow()));
            }
        }
    }
}
