using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Tests.Routing;

public sealed class RouterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RoutingOptions _options = new();
    private readonly Router _router;

    public RouterTests() => _router = Router.Create(_options, _time, new Random(1));

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

    [Fact]
    public void Where_speeds_are_known_the_earlier_begin_counts_and_not_the_number_of_requests()
    {
        WorkerReport[] workers =
        [
            Worker("gpu", active: 3) with { Backlogs = [new WorkerBacklog([Capabilities.Chat], 3000, 3000)] },
            Worker("laptop", active: 1) with { Backlogs = [new WorkerBacklog([Capabilities.Chat], 300, 20)] },
        ];

        Assert.Equal("gpu", _router.Route(Chat(), workers).WorkerId);

        // Each of these takes a second on the one and 150 on the other; what waits on the other is 15 seconds.
        var sent = Enumerable.Range(0, 14).Select(_ => _router.Route(Chat() with { Size = 3000 }, workers).WorkerId);
        Assert.Equal(13, sent.Count(id => id == "gpu"));
    }

    [Fact]
    public void A_worker_that_measured_nothing_yet_is_taken_to_be_like_the_others()
    {
        WorkerReport[] workers =
        [
            Worker("known", active: 1) with { Backlogs = [new WorkerBacklog([Capabilities.Chat], 100, 10)] },
            Worker("new") with { Backlogs = [new WorkerBacklog([Capabilities.Chat], 0, 0)] },
        ];

        // Ten seconds wait at the one; to the other, each is taken to add as much.
        var sent = Enumerable.Range(0, 3).Select(_ => _router.Route(Chat(), workers).WorkerId).ToList();
        Assert.Equal("new", sent[0]);
        Assert.Contains("known", sent);
    }

    [Fact]
    public void A_pack_that_is_pinned_goes_to_those_devices_and_workers_only()
    {
        _options.Pins["tiny"] = new PinOptions { Devices = ["cuda:0", "CUDA:1"] };
        WorkerReport[] workers = [.. Enumerable.Range(0, 4).Select(i => Worker($"w{i}") with { Device = $"cuda:{i}" }), Worker("cpu")];

        Assert.Equal(["w0", "w1"], Enumerable.Range(0, 50).Select(_ => _router.Route(Chat(), workers).WorkerId).Distinct().Order());
        var error = Assert.Throws<MeshException>(() => _router.Route(Chat(), [workers[3], workers[4]]));

        Assert.Equal(ErrorReason.NoWorker, error.Reason);
        Assert.Contains("'tiny' is pinned to 'cuda:0', 'CUDA:1' by Routing:Pins", error.Message, StringComparison.Ordinal);
        _options.Pins["tiny"] = new PinOptions { Devices = ["cuda"], Workers = ["w3", "cpu"] };
        Assert.Equal("w3", _router.Route(Chat(), [.. workers]).WorkerId);
    }

    [Fact]
    public void A_worker_that_keeps_failing_is_left_alone_then_tried_once_and_a_new_process_of_it_begins_anew()
    {
        WorkerReport[] workers = [Worker("bad"), Worker("good", active: 3)];
        for (var i = 0; i < _options.FailuresToPause; i++)
        {
            Assert.Equal(("bad", i > 0), (_router.Route(Chat(), [.. workers]) is var lease ? lease.WorkerId : "", lease.IsSuspect));
            workers[0] = workers[0] with { Number = i + 2 };
            _router.Tell("bad", succeeded: false);
        }

        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal("good", _router.Route(Chat(), workers).WorkerId));
        Assert.Equal("bad", _router.Route(Chat(), [workers[0]]).WorkerId);

        _time.Advance(_options.FirstPause);
        Assert.Equal(1, Enumerable.Range(0, 20).Count(_ => _router.Route(Chat(), workers).WorkerId == "bad"));
        Assert.Equal("bad", _router.Route(Chat(), [workers[0] with { Incarnation = Guid.NewGuid() }, workers[1]]).WorkerId);
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
