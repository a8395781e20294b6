using MultiModalMesh.Simulator.Mesh;

namespace MultiModalMesh.Simulator.Studies;

/// <summary>What docs/scaling.md shows, in its order.</summary>
internal static class AllStudies
{
    /// <param name="quick">A hundredth of the size: shows that it works.</param>
    /// <param name="seed">Of all of them.</param>
    public static IReadOnlyList<Study> For(bool quick, int seed)
    {
        // Long enough for a dialogue of average length to end in the part that is not measured.
        var usual = quick ? new Scenario { Workers = 8, Silos = 2, Dialogues = 400, Seed = seed } : new Scenario { Workers = 300, Dialogues = 30_000, Seed = seed };
        var large = quick ? usual : usual with { Workers = 1000, Dialogues = 1_000_000, TurnsPerDialogue = 3 };
        return [Load(usual), Staleness(usual), HotDialogues(usual), Deaths(usual), Large(large)];
    }

    private static Study Load(Scenario usual) => new("load", "load, of the capacity with every prefix there", [
        .. from kind in Enum.GetValues<RoutingKind>()
           from load in new[] { 0.3, 0.5, 0.7, 0.8, 0.9 }
           select new Point(kind.Name(), load, usual with { Routing = kind, Load = load })]);

    private static Study Staleness(Scenario usual) => new("staleness", "seconds between two reports of a worker", [
        .. from silos in new[] { 1, 16 }
           from heartbeat in new[] { 0.1, 0.5, 1, 2, 3 }
           select new Point(silos == 1 ? "1 router" : $"{silos} routers", heartbeat, usual with
           {
               Dialogues = usual.Dialogues / 2, Routing = RoutingKind.TwoByWait, Silos = silos, Load = 0.7, Heartbeat = heartbeat, Freshness = Math.Min(0.25, heartbeat),
           })])
    { IsXLogarithmic = true };

    private static Study HotDialogues(Scenario usual) => new("hot", "share of the dialogues that have one affinity key", [
        .. from kind in new[] { RoutingKind.AlwaysWarm, RoutingKind.Mesh }
           from share in new[] { 0, 0.005, 0.01, 0.02, 0.05, 0.1 }
           select new Point(kind.Name(), share, usual with { Routing = kind, HotShare = share })]);

    private static Study Deaths(Scenario usual) => new("deaths", "share of the workers that die in a minute", [
        .. from kind in new[] { RoutingKind.TwoByWait, RoutingKind.Mesh }
           from share in new[] { 0, 0.02, 0.1, 0.2, 0.5 }
           select new Point(kind.Name(), share, usual with { Routing = kind, DeathsPerMinute = share })]);

    private static Study Large(Scenario large) => new(
        "large", "load", [new Point(RoutingKind.Mesh.Name(), 0.7, large with { Routing = RoutingKind.Mesh, DeathsPerMinute = 0.01 })]);
}
