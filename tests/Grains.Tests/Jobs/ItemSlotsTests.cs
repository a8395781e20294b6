using MultiModalMesh.Grains.Jobs;

namespace MultiModalMesh.Grains.Tests.Jobs;

public sealed class ItemSlotsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ItemSlots _slots = new(TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(16, 14)]
    [InlineData(4, 3)]
    [InlineData(1, 1)]
    [InlineData(0, 1)]
    public void An_eighth_of_the_places_is_left_to_others(int places, int expected)
    {
        _slots.Resize("", places);

        Assert.Equal(expected, Take("a", places + 5).Count(slot => slot.IsCompleted));
    }

    [Fact]
    public async Task A_free_slot_goes_to_the_tenant_whose_turn_it_is_and_not_to_the_one_that_asked_most()
    {
        _slots.Resize("", 1);
        var first = await _slots.AcquireAsync("", "large", Cancellation);
        var large = Take("large", 3);
        var small = Take("small", 1);

        first.Dispose();
        (await large[0].WaitAsync(Patience, Cancellation)).Dispose();
        var second = await small[0].WaitAsync(Patience, Cancellation);

        Assert.False(large[1].IsCompleted);
        second.Dispose();
        await large[1].WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task Refusals_halve_what_is_in_flight_and_successes_bring_it_back()
    {
        _slots.Resize("", 8);
        foreach (var slot in await Task.WhenAll(Take("a", 7)).WaitAsync(Patience, Cancellation))
        {
            slot.Refused();
            slot.Dispose();
        }

        // One swarm of refusals halves it once.
        var few = Take("a", 3);
        using var leaving = new CancellationTokenSource();
        Assert.False(_slots.AcquireAsync("", "a", leaving.Token).IsCompleted);
        await leaving.CancelAsync();
        foreach (var slot in await Task.WhenAll(few))
        {
            slot.Dispose();
        }

        for (var i = 0; i < 100; i++)
        {
            using var slot = await _slots.AcquireAsync("", "a", Cancellation).WaitAsync(Patience, Cancellation);
            slot.Taken();
        }

        Assert.Equal(7, Take("a", 20).Count(slot => slot.IsCompleted));
    }

    [Fact]
    public async Task One_that_stopped_waiting_takes_nobody_s_slot()
    {
        _slots.Resize("", 1);
        var first = await _slots.AcquireAsync("", "a", Cancellation);
        using var leaving = new CancellationTokenSource();
        var gone = _slots.AcquireAsync("", "a", leaving.Token);
        var next = _slots.AcquireAsync("", "a", Cancellation);

        await leaving.CancelAsync();
        first.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        (await next.WaitAsync(Patience, Cancellation)).Dispose();
    }

    private List<Task<ItemSlots.Slot>> Take(string tenant, int count) => [.. Enumerable.Range(0, count).Select(_ => _slots.AcquireAsync("", tenant, Cancellation))];
}
