namespace MultiModalMesh.Grains.Routing;

/// <summary>
/// Keeps work from a worker that fails it (Nygard, Release It!, 2007): after some failures in a row it is left alone for a while, then one piece of
/// work finds out whether it is well again. Every probe that fails doubles the pause, up to a limit; pauses are jittered, so that silos do not
/// probe at once.
/// </summary>
internal sealed class CircuitBreaker(RoutingOptions options, TimeProvider time, Random random)
{
    private int _failures;
    private int _probesFailed;
    private bool _probing;
    private long _since;
    private TimeSpan _pause;

    /// <summary>It failed the last piece of work that was heard of.</summary>
    public bool IsSuspect => _failures > 0;

    /// <summary>Whether it may be sent work. A pause that is over admits one piece, and another where nothing was heard of that for as long again.</summary>
    public bool Admits => _failures < options.FailuresToPause || time.GetElapsedTime(_since) >= _pause;

    /// <summary>Work was sent there.</summary>
    public void Sent()
    {
        if (_failures >= options.FailuresToPause)
        {
            _probing = true;
            _since = time.GetTimestamp();
        }
    }

    public void Succeeded()
    {
        (_failures, _probesFailed, _probing) = (0, 0, false);
    }

    public void Failed()
    {
        _failures++;
        if (_failures == options.FailuresToPause)
        {
            Pause();
        }
        else if (_failures > options.FailuresToPause && _probing)
        {
            // Others that fail while it is left alone were sent before that, and tell nothing new.
            _probesFailed++;
            Pause();
        }
    }

    private void Pause()
    {
        _probing = false;
        _since = time.GetTimestamp();
        var longest = Math.Min(options.LongestPause.TotalSeconds, options.FirstPause.TotalSeconds * Math.Pow(2, _probesFailed));
        _pause = TimeSpan.FromSeconds(longest * (0.75 + (random.NextDouble() / 4)));
    }
}
