using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Tests.Routing;

public sealed class RoutingPolicyTests
{
    [Fact]
    public void Of_two_picks_the_less_loaded_is_chosen()
    {
        var policy = new PowerOfTwoChoices(new Random(1));
        RoutingCandidate[] candidates = [Candidate("busy", 5), Candidate("idle", 1)];

        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal("idle", policy.Choose(candidates, "").Worker.WorkerId));
    }

    [Fact]
    public void Equal_workers_share_the_work_and_the_busiest_of_many_gets_none()
    {
        var policy = new PowerOfTwoChoices(new Random(1));
        RoutingCandidate[] candidates = [.. Enumerable.Range(0, 4).Select(i => Candidate($"w{i}", i == 3 ? 9 : 0))];

        var counts = Enumerable.Range(0, 3000).CountBy(_ => policy.Choose(candidates, "").Worker.WorkerId).ToDictionary();

        Assert.DoesNotContain("w3", counts.Keys);
        Assert.All(counts.Values, count => Assert.InRange(count, 900, 1100));
    }

    [Fact]
    public void Work_of_the_same_key_goes_to_the_same_worker_and_keys_are_spread()
    {
        var policy = new WarmCacheAffinity(new Unreachable());
        RoutingCandidate[] candidates = [.. Enumerable.Range(0, 4).Select(i => Candidate($"w{i}"))];

        var chosen = Keys.ToDictionary(key => key, key => policy.Choose(candidates, key).Worker.WorkerId);

        Assert.All(Keys, key => Assert.Equal(chosen[key], policy.Choose([.. candidates.Reverse()], key).Worker.WorkerId));
        Assert.All(chosen.Values.CountBy(worker => worker), count => Assert.InRange(count.Value, 200, 300));
    }

    [Fact]
    public void When_a_worker_leaves_only_its_own_keys_move()
    {
        var policy = new WarmCacheAffinity(new Unreachable());
        RoutingCandidate[] four = [.. Enumerable.Range(0, 4).Select(i => Candidate($"w{i}"))];

        foreach (var key in Keys)
        {
            var before = policy.Choose(four, key).Worker.WorkerId;
            var after = policy.Choose(four[..3], key).Worker.WorkerId;
            Assert.True(before == after || before == "w3");
        }
    }

    [Fact]
    public void A_warm_worker_that_is_much_busier_than_another_or_full_loses_the_work()
    {
        var policy = new WarmCacheAffinity(new First());
        RoutingCandidate[] even = [Candidate("other"), Candidate("warm")];
        var key = Keys.First(key => policy.Choose(even, key).Worker.WorkerId == "warm");

        Assert.Equal("warm", policy.Choose([Candidate("other"), Candidate("warm", WarmCacheAffinity.Tolerance)], key).Worker.WorkerId);
        Assert.Equal("other", policy.Choose([Candidate("other"), Candidate("warm", WarmCacheAffinity.Tolerance + 1)], key).Worker.WorkerId);
        Assert.Equal("other", policy.Choose([Candidate("other", 2), Candidate("warm", 2, capacity: 2)], key).Worker.WorkerId);
    }

    private static IEnumerable<string> Keys => Enumerable.Range(0, 1000).Select(i => $"key{i}");

    private static RoutingCandidate Candidate(string id, int load = 0, int capacity = 100) =>
        new(new WorkerReport { WorkerId = id, Endpoint = "", Device = "cpu", Active = load, Capacity = capacity }, "tiny", 0);

    private sealed class First : IRoutingPolicy
    {
        public RoutingCandidate Choose(IReadOnlyList<RoutingCandidate> candidates, string affinityKey) => candidates[0];
    }

    private sealed class Unreachable : IRoutingPolicy
    {
        public RoutingCandidate Choose(IReadOnlyList<RoutingCandidate> candidates, string affinityKey) => throw new InvalidOperationException("Affinity should have decided.");
    }
}
