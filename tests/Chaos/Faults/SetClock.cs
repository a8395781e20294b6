using MultiModalMesh.Chaos.Load;
using MultiModalMesh.Chaos.Processes;

namespace MultiModalMesh.Chaos.Faults;

/// <summary>The wall clock of a silo or a decoder is set by an hour, forward or back, and put right again after a while.</summary>
internal static class SetClock
{
    // So that what is asked every few seconds, such as the list of members, is asked by the wrong clock.
    private static readonly TimeSpan Wrong = TimeSpan.FromSeconds(8);

    public static Fault Fault { get; } = new(
        "set-clock", "the wall clock of a silo or a decoder jumps by an hour, forward or back, for 8 s", [Moment.MidStream, Moment.MidStream, Moment.Posting], StrikeAsync)
    {
        NeedsClocks = true,
    };

    private static async Task StrikeAsync(ChaosMesh mesh, Random random, CancellationToken cancellationToken)
    {
        Slot[] those = [.. mesh.Silos, .. mesh.Decoders];
        var clock = those[random.Next(those.Length)].Clock!;
        clock.Set(TimeSpan.FromHours(random.Next(2) == 0 ? 1 : -1));
        try
        {
            await Task.Delay(Wrong, cancellationToken);
        }
        finally
        {
            clock.Set(TimeSpan.Zero);
            await Task.Delay(WallClock.Latency, cancellationToken);
        }
    }
}
