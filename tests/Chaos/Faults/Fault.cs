using MultiModalMesh.Chaos.Load;
using MultiModalMesh.Chaos.Processes;

namespace MultiModalMesh.Chaos.Faults;

/// <param name="Name">On the command line.</param>
/// <param name="About">What happens, for the help.</param>
/// <param name="Moments">When it may strike; empty if nothing strikes.</param>
internal sealed record Fault(string Name, string About, IReadOnlyList<Moment> Moments, Func<ChaosMesh, Random, CancellationToken, Task> StrikeAsync)
{
    // Longer than it takes until a silent member is given up.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(8);

    /// <summary>Every turn is posted by two clients at the same time.</summary>
    public bool PostsTwice { get; init; }

    /// <summary>It needs something between the processes that it can cut or slow down.</summary>
    public bool NeedsNetwork { get; init; }

    /// <summary>The most important first.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        new("kill-decoder", "SIGKILL to a decoder", [Moment.MidStream], (mesh, random, _) => Pick(mesh.Decoders, random).KillAsync()),
        new("kill-silo", "SIGKILL to a silo", [Moment.MidStream, Moment.MidStream, Moment.Acknowledged, Moment.Posting], (mesh, random, _) => Pick(mesh.Silos, random).KillAsync()),
        new("kill-gateway", "SIGKILL to a gateway; its clients go to the other one", [Moment.MidStream, Moment.MidStream, Moment.Posting], (mesh, random, _) => Pick(mesh.Gateways, random).KillAsync()),
        new("kill-store", "SIGKILL to the store, which is back within two seconds", [Moment.Posting, Moment.Acknowledged, Moment.MidStream], KillStoreAsync),
        new("stop-silo", "SIGSTOP to a silo for 8 s, then SIGCONT", [Moment.MidStream, Moment.MidStream, Moment.MidStream, Moment.Acknowledged], StopSiloAsync),
        new("same-request", "two clients post each turn with one request id at once", [], (_, _, _) => Task.CompletedTask) { PostsTwice = true },
        new("cut-decoder", "nothing passes between silos and a decoder for 8 s", [Moment.MidStream], CutDecoderAsync) { NeedsNetwork = true },
        new("slow-store", "everything to and from the store takes 50 to 500 ms longer for 8 s", [Moment.Posting, Moment.MidStream], SlowStoreAsync) { NeedsNetwork = true },
    ];

    private static Slot Pick(IReadOnlyList<Slot> slots, Random random) => slots[random.Next(slots.Count)];

    private static Task KillStoreAsync(ChaosMesh mesh, Random random, CancellationToken cancellationToken) =>
        mesh.Store.KillAndStartAsync(TimeSpan.FromMilliseconds(random.Next(2000)), cancellationToken);

    private static async Task StopSiloAsync(ChaosMesh mesh, Random random, CancellationToken cancellationToken)
    {
        var silo = Pick(mesh.Silos, random).Process;
        silo.Freeze();
        try
        {
            await Task.Delay(Hang, cancellationToken);
        }
        finally
        {
            silo.Thaw();
        }
    }

    private static async Task CutDecoderAsync(ChaosMesh mesh, Random random, CancellationToken cancellationToken)
    {
        var network = mesh.DecoderNetworks[random.Next(mesh.DecoderNetworks.Count)];
        network.Cut();
        try
        {
            await Task.Delay(Hang, cancellationToken);
        }
        finally
        {
            network.Mend();
        }
    }

    private static async Task SlowStoreAsync(ChaosMesh mesh, Random random, CancellationToken cancellationToken)
    {
        var network = mesh.Store.Network!;
        network.Delay = TimeSpan.FromMilliseconds(random.Next(25, 250));
        try
        {
            await Task.Delay(Hang, cancellationToken);
        }
        finally
        {
            network.Delay = TimeSpan.Zero;
        }
    }
}
