using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Grains.Routing;

namespace MultiModalMesh.Grains.Tests.Routing;

public sealed class CircuitBreakerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RoutingOptions _options = new() { FailuresToPause = 3, FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(5) };
    private readonly CircuitBreaker _breaker;

    public CircuitBreakerTests() => _breaker = new CircuitBreaker(_options, _time, new Random(1));

    [Fact]
    public void Failures_count_only_in_a_row()
    {
        _breaker.Failed();
        _breaker.Failed();
        Assert.True(_breaker.IsSuspect);
        _breaker.Succeeded();
        Assert.False(_breaker.IsSuspect);
        _breaker.Failed();
        _breaker.Failed();

        Assert.True(_breaker.Admits);
        _breaker.Failed();
        Assert.False(_breaker.Admits);
    }

    [Fact]
    public void After_the_pause_one_probe_is_admitted_and_its_success_admits_all()
    {
        Open();
        _time.Advance(_options.FirstPause);

        Assert.True(_breaker.Admits);
        _breaker.Sent();
        Assert.False(_breaker.Admits);
        _breaker.Succeeded();
        Assert.True(_breaker.Admits);
        _breaker.Sent();
        Assert.True(_breaker.Admits);
    }

    [Fact]
    public void A_probe_that_nothing_is_heard_of_is_followed_by_another()
    {
        Open();
        _time.Advance(_options.FirstPause);
        _breaker.Sent();

        _time.Advance(_options.FirstPause);

        Assert.True(_breaker.Admits);
    }

    [Fact]
    public void Every_failed_probe_doubles_the_pause_up_to_the_longest()
    {
        Open();
        var pauses = new List<double> { Pause() };
        for (var i = 0; i < 5; i++)
        {
            _breaker.Sent();
            _breaker.Failed();
            pauses.Add(Pause());
        }

        foreach (var (pause, longest) in pauses.Zip([1.0, 2, 4, 5, 5, 5]))
        {
            Assert.InRange(pause, 0.75 * longest, longest);
        }

        Assert.True(pauses.Distinct().Count() > 4, "pauses are jittered");
    }

    [Fact]
    public void Work_that_was_sent_before_the_pause_and_fails_in_it_does_not_prolong_it()
    {
        Open();
        for (var i = 0; i < 20; i++)
        {
            _breaker.Failed();
        }

        _time.Advance(_options.FirstPause);
        Assert.True(_breaker.Admits);
    }

    private void Open()
    {
        for (var i = 0; i < _options.FailuresToPause; i++)
        {
            _breaker.Failed();
        }
    }

    private double Pause()
    {
        var steps = 0;
        for (; !_breaker.Admits; steps++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        return steps / 1000.0;
    }
}
