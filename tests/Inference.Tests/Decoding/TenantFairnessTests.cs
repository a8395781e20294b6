using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

public sealed class TenantFairnessTests : IDisposable
{
    private readonly TestPack _folder = TestPack.SmolLm2();

    [Fact]
    public void The_first_request_behind_another_tenants_flood_is_the_next_to_start()
    {
        using var decoder = Open(new() { MaxConcurrentSequences = 1 });
        var flood = Enumerable.Range(0, 20).Select(_ => decoder.Submit(Request("flood"))).ToList();
        decoder.Scheduler.Step();
        var late = decoder.Submit(Request("calm"));

        decoder.StepUntil(() => late.HasEnded, "the calm tenant's answer");

        Assert.InRange(flood.Count(answer => answer.HasEnded), 1, 2);
    }

    [Fact]
    public void Where_all_places_are_taken_the_newest_of_the_tenant_with_the_most_is_refused()
    {
        using var decoder = Open(new() { MaxConcurrentSequences = 1, MaxWaitingSequences = 4 });
        var flood = Enumerable.Range(0, 5).Select(_ => decoder.Submit(Request("flood"))).ToList();
        decoder.Scheduler.Step();

        var first = decoder.Submit(Request("calm"));
        var second = decoder.Submit(Request("calm"));

        Assert.Equal([false, false, false, true, true], flood.Select(answer => answer.HasEnded));
        Assert.Equal(ErrorReason.Overloaded, RefusalOf(flood[4]).Reason);
        Assert.True(RefusalOf(flood[4]).RetryAfter > TimeSpan.Zero);

        // Three and two: another one would make it the calm tenant that has more.
        Assert.Equal(ErrorReason.Overloaded, Assert.Throws<MeshException>(() => decoder.Submit(Request("calm"))).Reason);
        Assert.Equal(ErrorReason.Overloaded, Assert.Throws<MeshException>(() => decoder.Submit(Request("flood"))).Reason);
        decoder.StepToEnd();
        Assert.True(first.Ids.Length > 0 && second.Ids.Length > 0);
        Assert.Equal((0, 0), (decoder.Queue.Waiting, decoder.Queue.TokensInFlight));
    }

    [Fact]
    public void Tokens_in_flight_are_shared_likewise_and_by_weight()
    {
        using var decoder = Open(new() { MaxConcurrentSequences = 1, MaxTokensInFlight = 160, TenantWeights = { ["flood"] = 7 } });
        var flood = Enumerable.Range(0, 8).Select(_ => decoder.Submit(Request("flood"))).ToList();

        decoder.Submit(Request("calm"));

        Assert.Single(flood, answer => answer.HasEnded);
        Assert.Throws<MeshException>(() => decoder.Submit(Request("calm")));
        Assert.Equal(160, decoder.Queue.TokensInFlight);
    }

    [Fact]
    public void Bulk_work_takes_no_place_from_what_somebody_waits_for()
    {
        using var decoder = Open(new() { MaxConcurrentSequences = 1, MaxWaitingSequences = 2 });
        var flood = Enumerable.Range(0, 3).Select(_ => decoder.Submit(Request("flood"))).ToList();

        Assert.Throws<MeshException>(() => decoder.Submit(Request("calm") with { Priority = GenerationPriority.Bulk }));
        Assert.DoesNotContain(flood, answer => answer.HasEnded);
    }

    public void Dispose() => _folder.Dispose();

    private static MeshException RefusalOf(Submitted answer) => Assert.IsType<MeshException>(answer.Sequence.Events.Completion.Exception!.InnerException);

    private static GenerationRequest Request(string tenant) => new()
    {
        Prompt = [.. Enumerable.Range(3, 10)],
        MaxNewTokens = 10,
        Sampling = new() { LogitBias = new Dictionary<int, float> { [2] = -100 } },
        Tenant = tenant,
    };

    private SteppedDecoder Open(InferenceOptions options) => new(_folder.Load(), options);
}
