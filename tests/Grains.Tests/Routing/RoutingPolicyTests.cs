using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Tests.Routing;

public sealed class RoutingPolicyTests
{
    [Fact]
    public void Of_two_picks_the_less_loaded_is_chosen()
    {
        var policy = new PowerOfTwoChoices(new Random(1), candidate => candidate.Load);
        RoutingCandidate[] candidates = [Candidate("busy", 5), Candidate("idle", 1)];

        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal("idle", policy.Choose(candidates, "").WorkerId));
    }

    [Fact]
    public void Equal_workers_share_the_work_and_the_busiest_of_many_gets_none()
    {
        var policy = new PowerOfTwoChoices(new Random(1), candidate => candidate.Load);
        RoutingCandidate[] candidates = [.. Enumerable.Range(0, 4).Select(i => Candidate($"w{i}", i == 3 ? 9 : 0))];

        var counts = Enumerable.Range(0, 3000).CountBy(_ => policy.Choose(candidates, "").WorkerId).ToDictionary();

        Assert.DoesNotContain("w3", counts.Keys);
        Assert.All(counts.Values, count => Assert.InRange(count, 900, 1100));
    }

    [Fact]
    public void Work_of_the_same_key_goes_to_the_same_worker_and_keys_are_spread()
    {
        var policy = new WarmCacheAffinity(new First(), Tolerance);
        RoutingCandidate[] candidates = [.. Enumerable.Range(0, 4).Select(i => Candidate($"w{i}"))];

        var chosen = Keys.ToDictionary(key => key, key => policy.Choose(candidates, key).WorkerId);

        Assert.All(Keys, key => Assert.Equal(chosen[key], policy.Choose([.. candidates.Reverse()], key).WorkerId));
        Assert.All(chosen.Values.CountBy(worker => worker), count => Assert.InRange(count.Value, 200, 300));
    }

    [Fact]
    public void When_a_worker_leaves_only_its_own_keys_move()
    {
        var policy = new WarmCacheAffinity(new First(), Tolerance);
        RoutingCandidate[] four = [.. Enumerable.Range(0, 4).Select(i => Candidate($"w{i}"))];

        foreach (var key in Keys)
        {
            var before = policy.Choose(four, key).WorkerId;
            var after = policy.Choose(four[..3], key).WorkerId;
            Assert.True(before == after || before == "w3");
        }
    }

    [Fact]
    public void A_warm_worker_loses_the_work_where_the_alternative_begins_earlier_by_more_than_the_tolerance()
    {
        var policy = new WarmCacheAffinity(new First(), Tolerance);
        RoutingCandidate[] even = [Candidate("other"), Candidate("warm")];
        var key = Keys.First(key => policy.Choose(even, key).WorkerId == "warm");

        Assert.Equal("warm", policy.Choose([Candidate("other", 3), Candidate("warm", 3 + SecondsTolerated)], key).WorkerId);
        Assert.Equal("other", policy.Choose([Candidate("other", 3), Candidate("warm", 4 + SecondsTolerated)], key).WorkerId);
    }

    [Fact]
    public void Work_without_a_key_goes_where_the_other_policy_says() =>
        Assert.Equal("a", new WarmCacheAffinity(new First(), Tolerance).Choose([Candidate("a", 9), Candidate("b"), Candidate("c")], "").WorkerId);

    private const int SecondsTolerated = 2;

    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(SecondsTolerated);

    private static IEnumerable<string> Keys => Enumerable.Range(0, 1000).Select(i => $"key{i}");

    /// <summary>A request takes a second.</summary>
    private static RoutingCandidate Candidate(string id, int load = 0) => new(
        new RoutedWorker(new WorkerReport { WorkerId = id, Endpoint = "", Device = "cpu", Active = load }, new CircuitBreaker(new RoutingOptions(), TimeProvider.System, new Random(1)), 1), "tiny");

    private sealed class First : IRoutingPolicy
    {
        public RoutingCandidate Choose(IReadOnlyList<RoutingCandidate> candidates, string affinityKey) => candidates[0];
    }
}
