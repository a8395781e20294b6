using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.ServiceDefaults.Endpoints;

namespace MultiModalMesh.Workers.Tests.Calls;

/// <summary>One real gRPC endpoint stands for several workers: the model that is asked for says which one was meant.</summary>
public sealed class WorkerPoolTests : IAsyncLifetime
{
    private static readonly RouteRequest Chat = new() { Capability = Capabilities.Chat };

    private Member _silo = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ScriptedDecoder Decoder => _silo.App.Services.GetRequiredService<ScriptedDecoder>();

    private RouterScript Router => _silo.App.Services.GetRequiredService<RouterScript>();

    public async ValueTask InitializeAsync()
    {
        _silo = await Member.StartSiloAsync(builder => builder.Services.AddSingleton<ScriptedDecoder>(), app => app.MapGrpcService<ScriptedDecoder>());
        var here = $"http://{_silo.App.Services.GetRequiredService<GrpcAddress>().Endpoint}";
        Router.Workers = [.. new[] { "a", "b", "c", "d" }.Select(id => new WorkerLease { WorkerId = id, Endpoint = here, Model = id })];
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task A_worker_that_cannot_be_reached_is_replaced_by_another()
    {
        Router.Workers = [new WorkerLease { WorkerId = "dead", Endpoint = "http://127.0.0.1:1", Model = "dead" }, .. Router.Workers];

        Assert.Equal("a", await CallAsync());
        Assert.Equal([0, 1], Router.Asked.Select(asked => asked.Avoid.Count));
    }

    [Fact]
    public async Task A_worker_without_room_is_replaced_by_another()
    {
        Decoder.Fails["a"] = new MeshException(ErrorReason.Overloaded, "full");

        Assert.Equal("b", await CallAsync());
    }

    [Fact]
    public async Task An_error_that_another_worker_would_give_too_is_thrown_at_once()
    {
        Decoder.Fails["a"] = new MeshException(ErrorReason.ImageNotFound, "no such picture") { Field = "image" };

        var error = await Assert.ThrowsAsync<MeshException>(CallAsync);

        Assert.Equal((ErrorReason.ImageNotFound, "image"), (error.Reason, error.Field));
        Assert.Single(Router.Asked);
    }

    [Fact]
    public async Task After_three_workers_the_last_ones_error_is_thrown()
    {
        foreach (var id in new[] { "a", "b", "c" })
        {
            Decoder.Fails[id] = new MeshException(ErrorReason.Overloaded, $"{id} is full") { RetryAfter = TimeSpan.FromSeconds(3) };
        }

        var error = await Assert.ThrowsAsync<MeshException>(CallAsync);

        Assert.Equal(("c is full", TimeSpan.FromSeconds(3)), (error.Message, error.RetryAfter));
    }

    [Fact]
    public async Task Where_nobody_is_left_the_workers_own_error_says_more_than_the_routers()
    {
        Router.Workers = [Router.Workers[0]];
        Decoder.Fails["a"] = new MeshException(ErrorReason.Overloaded, "a is full");

        Assert.Equal("a is full", (await Assert.ThrowsAsync<MeshException>(CallAsync)).Message);
    }

    [Fact]
    public async Task What_the_router_refuses_arrives_with_its_reason_field_and_delay()
    {
        Router.Workers = [];

        var error = await Assert.ThrowsAsync<MeshException>(CallAsync);

        Assert.Equal((ErrorReason.NoWorker, "model", TimeSpan.FromSeconds(7)), (error.Reason, error.Field, error.RetryAfter));
    }

    [Fact]
    public async Task A_cancelled_caller_gets_a_cancellation_and_no_second_worker()
    {
        using var cancel = new CancellationTokenSource();
        Decoder.BeforeToken = token =>
        {
            cancel.Cancel();
            return Task.Delay(Timeout.Infinite, token);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in _silo.Pool.GenerateAsync(Chat, new GenerateRequest(), cancel.Token))
            {
            }
        });
        Assert.Single(Router.Asked);
    }

    [Fact]
    public async Task A_stream_that_breaks_after_its_first_message_is_the_callers_matter()
    {
        Decoder.DiesBefore["a"] = 2;
        var received = 0;

        var error = await Assert.ThrowsAsync<MeshException>(async () =>
        {
            await foreach (var _ in _silo.Pool.StreamAsync(Chat, ScriptedDecoder.Ask(new GenerateRequest()), Cancellation))
            {
                received++;
            }
        });

        Assert.Equal((ErrorReason.PeerUnavailable, 3, 1), (error.Reason, received, Router.Asked.Count));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Generation_goes_on_with_another_worker_and_the_text_is_that_of_an_undisturbed_run(int brokenBefore)
    {
        Decoder.DiesBefore["a"] = brokenBefore;
        Decoder.DiesBefore["b"] = brokenBefore + 1;

        var text = await GenerateAsync();

        Assert.Equal(string.Concat(Enumerable.Range(0, ScriptedDecoder.Tokens).Select(ScriptedDecoder.TextOf)) + ".", text);
        Assert.Equal(["a", "b", "c"], Decoder.Asked.Select(asked => asked.Model));
        Assert.Equal([0, brokenBefore, brokenBefore + 1], Decoder.Asked.Select(asked => asked.PrefixTokenIds.Count));
    }

    [Fact]
    public async Task The_router_is_told_of_workers_that_fail_and_of_suspects_that_do_not()
    {
        Router.Workers = [Router.Workers[0], Router.Workers[1] with { IsSuspect = true }];
        Decoder.Fails["a"] = new MeshException(ErrorReason.PeerUnavailable, "going down");
        await CallAsync();
        Decoder.Fails["a"] = new MeshException(ErrorReason.Overloaded, "full, but well");
        await CallAsync();

        await ToldAsync(("a", false), ("b", true), ("b", true));
    }

    [Fact]
    public async Task The_router_is_told_of_a_stream_that_breaks_in_the_middle()
    {
        Decoder.DiesBefore["a"] = 5;
        await GenerateAsync();

        await ToldAsync(("a", false));
    }

    private async Task ToldAsync(params (string, bool)[] expected)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (Router.Told.Count < expected.Length)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(20), $"The router was told of {string.Join(", ", Router.Told)}, not of {string.Join(", ", expected)}.");
            await Task.Delay(10, Cancellation);
        }

        Assert.Equal(expected.Order(), Router.Told.Order());
    }

    private async Task<string> GenerateAsync()
    {
        var text = "";
        await foreach (var response in _silo.Pool.GenerateAsync(Chat, new GenerateRequest(), Cancellation))
        {
            text += response.Token?.TextDelta ?? response.Completed?.TextDelta;
        }

        return text;
    }

    private Task<string> CallAsync() => _silo.Pool.CallAsync(Chat, async (lease, channel, token) =>
    {
        using var call = new DecoderService.DecoderServiceClient(channel).Generate(new GenerateRequest { Model = lease.Model }, cancellationToken: token);
        await call.ResponseStream.MoveNext(token);
        return call.ResponseStream.Current.Prompt.Model;
    }, Cancellation);
}
