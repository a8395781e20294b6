using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Tests.Routing;

public sealed class RouterTests
{
    private readonly Router _router = new(new PowerOfTwoChoices(new Random(1)));

    [Fact]
    public void Without_a_worker_for_it_the_error_says_what_is_there()
    {
        var error = Assert.Throws<MeshException>(() => _router.Route(Chat(), [Worker("w", offers: new WorkerOffer("", "", [Capabilities.Retrieval], 0))]));

        Assert.Equal(ErrorReason.NoWorker, error.Reason);
        Assert.Contains("'chat'", error.Message, StringComparison.Ordinal);
        Assert.Contains("retrieval", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_nobody_has_is_not_found_and_the_error_names_those_there_are()
    {
        var error = Assert.Throws<MeshException>(() => _router.Route(Chat("huge"), [Worker("w")]));

        Assert.Equal((ErrorReason.ModelNotFound, "model"), (error.Reason, error.Field));
        Assert.Contains("'tiny'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tiny")]
    [InlineData("tiny@1")]
    public void A_model_is_found_by_its_name_with_or_without_version(string model) =>
        Assert.Equal(new WorkerLease { WorkerId = "w", Endpoint = "http://w", Model = "tiny" }, _router.Route(Chat(model), [Worker("w")]));

    [Fact]
    public void A_worker_that_failed_the_work_is_not_chosen_again()
    {
        WorkerReport[] workers = [Worker("a"), Worker("b")];

        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal("b", _router.Route(Chat() with { Avoid = ["a"] }, workers).WorkerId));
        Assert.Equal(ErrorReason.NoWorker, Assert.Throws<MeshException>(() => _router.Route(Chat() with { Avoid = ["a", "b"] }, workers)).Reason);
    }

    [Fact]
    public void A_full_worker_is_chosen_only_when_all_are_full()
    {
        WorkerReport[] workers = [Worker("full", active: 4), Worker("busy", active: 3)];

        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal("busy", _router.Route(Chat(), workers).WorkerId));
        Assert.Equal("full", _router.Route(Chat(), [workers[0]]).WorkerId);
    }

    [Fact]
    public void What_was_sent_since_the_last_report_counts_until_the_next_one()
    {
        WorkerReport[] workers = [Worker("a", active: 0), Worker("b", active: 2)];

        Assert.Equal(["a", "a"], Enumerable.Range(0, 2).Select(_ => _router.Route(Chat(), workers).WorkerId));
        _router.Route(Chat(), workers);
        Assert.Contains("b", Enumerable.Range(0, 3).Select(_ => _router.Route(Chat(), workers).WorkerId));

        workers = [Worker("a", active: 0, number: 2), Worker("b", active: 2, number: 2)];
        Assert.Equal(["a", "a"], Enumerable.Range(0, 2).Select(_ => _router.Route(Chat(), workers).WorkerId));
    }

    private static RouteRequest Chat(string model = "") => new() { Capability = Capabilities.Chat, Model = model };

    private static WorkerReport Worker(string id, int active = 0, long number = 1, WorkerOffer? offers = null) => new()
    {
        WorkerId = id,
        Endpoint = $"http://{id}",
        Device = "cpu",
        Offers = [offers ?? new WorkerOffer("tiny", "1", [Capabilities.Chat], 0)],
        Active = active,
        Capacity = 4,
        Number = number,
    };
}
