using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Errors;
using MultiModalMesh.Workers.Draining;

namespace MultiModalMesh.Workers.Tests.Draining;

public sealed class WorkGateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_comes_after_it_was_closed_is_sent_elsewhere()
    {
        using var gate = new WorkGate(_time);
        await gate.DrainAsync(Patience, Cancellation);

        Assert.Equal(ErrorReason.PeerUnavailable, Assert.Throws<MeshException>(gate.Enter).Reason);
    }

    [Fact]
    public async Task Those_inside_are_waited_for_and_not_ended()
    {
        using var gate = new WorkGate(_time);
        gate.Enter();
        gate.Enter();
        var draining = gate.DrainAsync(Patience, Cancellation);

        gate.Leave();
        Assert.False(draining.IsCompleted);
        gate.Leave();

        Assert.Equal(0, await draining);
        Assert.False(gate.Ending.IsCancellationRequested);
    }

    [Fact]
    public async Task Those_that_take_longer_than_the_patience_are_ended_and_counted()
    {
        using var gate = new WorkGate(_time);
        gate.Enter();
        await using var obeys = gate.Ending.Register(gate.Leave);
        var draining = gate.DrainAsync(Patience, Cancellation);
        Assert.False(gate.Ending.IsCancellationRequested);

        _time.Advance(Patience);

        Assert.Equal(1, await draining);
    }
}
