using MultiModalMesh.Simulator.Mesh;
using MultiModalMesh.Simulator.Output;
using MultiModalMesh.Simulator.Studies;

namespace MultiModalMesh.Simulator.Tests;

public sealed class SimulationTests
{
    private static readonly Scenario Small = new() { Workers = 12, Silos = 2, Dialogues = 1500 };

    [Fact]
    public async Task One_seed_gives_the_same_numbers_and_another_gives_others()
    {
        var once = await RunAsync(seed: 1);

        Assert.Equal(once, await RunAsync(seed: 1));
        Assert.NotEqual(once, await RunAsync(seed: 2));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.8)]
    public void The_workers_are_as_busy_as_the_load_says(double load)
    {
        var outcome = Simulation.Run(Small with { Load = load, Dialogues = 4000 });

        Assert.Equal(load, outcome.BusyShare, tolerance: 0.12);
        Assert.Equal(0, outcome.RefusedShare);
    }

    [Fact]
    public void The_meshs_routing_finds_prefixes_that_random_routing_does_not_and_answers_earlier()
    {
        var mesh = Simulation.Run(Small with { Speeds = [1] });
        var random = Simulation.Run(Small with { Speeds = [1], Routing = RoutingKind.Random });

        Assert.InRange(mesh.HitRate, 0.9, 1);
        Assert.InRange(random.HitRate, 0, 0.3);
        Assert.InRange(mesh.FirstToken50, 0, 0.6 * random.FirstToken50);
    }

    [Fact]
    public void A_key_that_everybody_shares_overruns_its_worker_unless_affinity_is_bounded()
    {
        var hot = Small with { HotShare = 0.3 };

        Assert.True(Simulation.Run(hot with { Routing = RoutingKind.AlwaysWarm }).Wait99 > 5 * Simulation.Run(hot).Wait99);
    }

    [Fact]
    public void Turns_survive_their_workers()
    {
        var outcome = Simulation.Run(Small with { DeathsPerMinute = 0.5, Load = 0.5 });

        Assert.True(outcome.Retried > 0);
        Assert.InRange(outcome.RefusedShare, 0, 0.001);
    }

    private static async Task<string> RunAsync(int seed)
    {
        var studies = AllStudies.For(quick: true, seed);
        var results = new List<(Study, IReadOnlyList<Outcome>)>();
        foreach (var study in studies)
        {
            results.Add((study, await study.RunAsync(TestContext.Current.CancellationToken)));
        }

        return CsvFile.Text(results);
    }
}
