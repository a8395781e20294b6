using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Search;

namespace MultiModalMesh.Retrieval.Tests.Search;

public sealed class SearchAdmissionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_search_over_the_limit_is_refused_and_the_place_is_given_on()
    {
        using var admission = new SearchAdmission(Options.Create(new RetrievalOptions { MaxConcurrentSearches = 1, MaxQueuedSearches = 1 }));
        using var gate = new SemaphoreSlim(0);
        var running = admission.RunAsync(() => gate.WaitAsync(TimeSpan.FromSeconds(10)), Cancellation);
        var waiting = admission.RunAsync(() => Task.FromResult(true), Cancellation);

        var error = await Assert.ThrowsAsync<MeshException>(() => admission.RunAsync(() => Task.FromResult(true), Cancellation));

        Assert.Equal(ErrorReason.Overloaded, error.Reason);
        Assert.NotNull(error.RetryAfter);
        gate.Release();
        Assert.True(await running);
        Assert.True(await waiting);
        Assert.True(await admission.RunAsync(() => Task.FromResult(true), Cancellation));
        Assert.Equal(0, admission.Admitted);
    }
}
