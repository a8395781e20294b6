using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Workers.Tests.Calls;

/// <summary>Failures as another process sees them.</summary>
public sealed class ReadableErrorsTests : IAsyncLifetime
{
    private Member _silo = null!;
    private Member _caller = null!;

    public async ValueTask InitializeAsync()
    {
        _silo = await Member.StartSiloAsync();
        _caller = await Member.StartWorkerAsync(_silo, "alpha");
    }

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await _silo.DisposeAsync();
    }

    [Theory]
    [InlineData("server away")]
    [InlineData("inside")]
    public async Task A_server_that_is_away_is_a_failed_storage_that_says_what_to_do(string grain)
    {
        var error = await Assert.ThrowsAsync<DialogueException>(() => FailAsync(grain));

        Assert.Equal("STORAGE_FAILED", error.Reason);
        Assert.Contains("Cluster:ConnectionString", error.Message, StringComparison.Ordinal);
        Assert.Contains("See that it runs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_mesh_means_keeps_its_reason_and_a_defect_shows_no_details()
    {
        var ours = await Assert.ThrowsAsync<DialogueException>(() => FailAsync("ours"));
        Assert.Equal(("OVERLOADED", "No room.", "items", TimeSpan.FromSeconds(3)), (ours.Reason, ours.Message, ours.Field, ours.RetryAfter));

        var defect = await Assert.ThrowsAsync<DialogueException>(() => FailAsync("defect"));
        Assert.Equal("PEER_FAILED", defect.Reason);
        Assert.DoesNotContain("password", defect.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => FailAsync("anything else"));
    }

    private Task FailAsync(string grain) => _caller.Grains.GetGrain<IFailingGrain>(grain).FailAsync();
}
