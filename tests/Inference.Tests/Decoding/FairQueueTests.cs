using MultiModalMesh.Inference.Decoding;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

public sealed class FairQueueTests
{
    private readonly Dictionary<string, double> _weights = new() { ["heavy"] = 3 };
    private readonly FairQueue<Item> _queue;

    public FairQueueTests() => _queue = new(item => item.Tenant, item => item.Work, tenant => _weights.GetValueOrDefault(tenant, 1));

    [Fact]
    public void One_that_comes_behind_a_flood_does_not_wait_for_it()
    {
        Add("flood", 100, count: 50);
        Take(3);
        Add("late", 100, count: 2);

        Assert.Equal(["late", "flood", "late", "flood", "flood"], Take(5));
    }

    [Fact]
    public void Tenants_share_the_work_and_not_the_number_of_requests()
    {
        Add("long", 300, count: 100);
        Add("short", 100, count: 100);

        Assert.InRange(Take(80).Count(tenant => tenant == "short"), 59, 61);
    }

    [Fact]
    public void A_tenant_of_three_times_the_weight_gets_three_times_the_work()
    {
        Add("light", 100, count: 100);
        Add("heavy", 100, count: 100);

        Assert.InRange(Take(80).Count(tenant => tenant == "heavy"), 59, 61);
    }

    [Fact]
    public void What_a_tenant_did_not_use_is_not_saved_up()
    {
        Add("busy", 100, count: 100);
        Add("idle", 100, count: 1);
        Take(60);
        Add("idle", 100, count: 30);

        Assert.InRange(Take(20).Count(tenant => tenant == "idle"), 9, 11);
    }

    [Fact]
    public void Leaving_for_a_moment_gives_no_second_turn()
    {
        Add("a", 1000, count: 2);
        Add("b", 10, count: 50);
        Assert.Equal("a", Take(1)[0]);
        Assert.True(_queue.Remove(_queue.NewestFirst("a").First()));
        Add("a", 10, count: 1);

        Assert.Equal(50, Take(50).Count(tenant => tenant == "b"));
    }

    [Fact]
    public void What_is_removed_costs_its_tenant_nothing()
    {
        Add("a", 1000, count: 5);
        Add("b", 10, count: 5);
        foreach (var item in _queue.NewestFirst("a").ToList())
        {
            Assert.True(_queue.Remove(item));
            Assert.False(_queue.Remove(item));
        }

        Add("a", 10, count: 5);
        Assert.Equal(["a", "b", "a", "b"], Take(4));
        Assert.Equal(6, _queue.Count);
    }

    private void Add(string tenant, long work, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _queue.Add(new Item(tenant, work));
        }
    }

    private List<string> Take(int count)
    {
        List<string> taken = [];
        for (var i = 0; i < count; i++)
        {
            var next = _queue.Peek()!;
            _queue.Take(next);
            taken.Add(next.Tenant);
        }

        return taken;
    }

    private sealed class Item(string tenant, long work)
    {
        public string Tenant => tenant;

        public long Work => work;
    }
}
