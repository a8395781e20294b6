using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Inference.Batching;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Batching;

public sealed class WorkMeterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly WorkMeter _meter;

    public WorkMeterTests() => _meter = new WorkMeter(_time);

    [Fact]
    public void The_rate_is_unknown_before_anything_is_done_and_then_that_of_busy_time_alone()
    {
        Assert.Equal(0, _meter.PerSecond);
        Do(work: 100, seconds: 2);
        _time.Advance(TimeSpan.FromHours(8));
        Do(work: 100, seconds: 2);

        Assert.Equal(50, _meter.PerSecond, tolerance: 5);
        Assert.Equal(0, _meter.InFlight);
    }

    [Fact]
    public void It_follows_a_change_of_speed()
    {
        for (var i = 0; i < 60; i++)
        {
            Do(work: 100, seconds: 1);
        }

        Assert.Equal(100, _meter.PerSecond, tolerance: 5);
        for (var i = 0; i < 60; i++)
        {
            Do(work: 10, seconds: 1);
        }

        Assert.Equal(10, _meter.PerSecond, tolerance: 3);
    }

    [Fact]
    public void A_rate_that_nothing_confirms_falls_while_work_waits()
    {
        Do(work: 100, seconds: 1);
        _meter.Began(50);
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.InRange(_meter.PerSecond, 0.1, 10);
    }

    [Fact]
    public void What_was_given_up_counts_as_neither_done_nor_in_flight()
    {
        Do(work: 10, seconds: 1);
        var before = _meter.PerSecond;
        _meter.Began(1000);
        _meter.Dropped(1000);

        Assert.Equal((0, before), (_meter.InFlight, _meter.PerSecond));
    }

    private void Do(int work, int seconds)
    {
        _meter.Began(work);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _meter.Done(work);
    }
}
