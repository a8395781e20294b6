namespace MultiModalMesh.Simulator.Mesh;

/// <summary>A clock that stands until the simulation moves it, for the parts of the mesh that take one.</summary>
internal sealed class VirtualTime : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Seconds since the start.</summary>
    public double Now
    {
        get;
        set
        {
            field = value;
            _ticks = (long)(value * TimeSpan.TicksPerSecond);
        }
    }

    public override long GetTimestamp() => _ticks;
}
