using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.Vision.V1;

namespace MultiModalMesh.ServiceDefaults.Tests.Errors;

public sealed class ErrorInterceptorTests
{
    private static readonly MeshException Refusal = new(ErrorReason.Overloaded, "The queue holds 64 of 64 requests.")
    {
        Field = "messages[3].text",
        RetryAfter = TimeSpan.FromMilliseconds(1500),
        Metadata = new Dictionary<string, string> { ["capacity"] = "64" },
    };

    public static TheoryData<string> Shapes => ["unary", "client stream", "server stream", "bidirectional stream"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_mesh_exception_comes_out_at_the_caller_as_it_was_thrown(string shape)
    {
        await using var role = await StartAsync(_ => throw Refusal);

        var error = await Assert.ThrowsAsync<RpcException>(() => CallAsync(role, shape));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        var received = error.ToMeshException();
        Assert.Equal(ErrorReason.Overloaded, received.Reason);
        Assert.Equal(Refusal.Message, received.Message);
        Assert.Equal("messages[3].text", received.Field);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), received.RetryAfter);
        Assert.Equal("64", Assert.Contains("capacity", received.Metadata));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_defect_is_INTERNAL_and_shows_nothing_of_itself(string shape)
    {
        await using var role = await StartAsync(_ => throw new InvalidOperationException("the password is 1234"));

        var error = await Assert.ThrowsAsync<RpcException>(() => CallAsync(role, shape));

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("1234", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(ErrorReason.PeerFailed, error.ToMeshException().Reason);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_passed_deadline_is_DEADLINE_EXCEEDED(string shape)
    {
        await using var role = await StartAsync(ct => Task.Delay(Timeout.Infinite, ct));

        var error = await Assert.ThrowsAsync<RpcException>(() => CallAsync(role, shape, TimeSpan.FromMilliseconds(200)));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.Equal(ErrorReason.DeadlineExceeded, error.ToMeshException().Reason);
    }

    [Fact]
    public async Task A_cancellation_from_within_is_CANCELLED()
    {
        await using var role = await StartAsync(_ => throw new OperationCanceledException());

        var error = await Assert.ThrowsAsync<RpcException>(() => CallAsync(role, "unary"));

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
    }

    [Fact]
    public void A_connection_that_broke_is_no_failure_of_the_peer_whatever_its_code()
    {
        // As Grpc.Net.Client makes it when a peer answers no keep-alive ping before the call has begun.
        var broken = new HttpRequestException("The HTTP/2 server didn't respond to a ping request within the configured KeepAlivePingDelay.");
        var error = new RpcException(new Status(StatusCode.Internal, "Error starting gRPC call.", broken));

        Assert.Equal(ErrorReason.PeerUnavailable, error.ToMeshException().Reason);
        Assert.Equal(ErrorReason.PeerFailed, new RpcException(new Status(StatusCode.Internal, "A defect.")).ToMeshException().Reason);
    }

    [Fact]
    public async Task A_caller_that_goes_away_cancels_the_work()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var role = await StartAsync(async ct =>
        {
            await using var registration = ct.Register(cancelled.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
        });
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var call = new RetrievalService.RetrievalServiceClient(role.Channel).CreateCollectionAsync(new CreateCollectionRequest(), cancellationToken: caller.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        await caller.CancelAsync();

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
    }

    [Fact]
    public async Task A_worker_that_nobody_listens_at_is_PEER_UNAVAILABLE()
    {
        var role = await StartAsync(_ => Task.CompletedTask);
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(role.Address);
        await role.DisposeAsync();

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await new RetrievalService.RetrievalServiceClient(channel).CreateCollectionAsync(new CreateCollectionRequest(), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(ErrorReason.PeerUnavailable, error.ToMeshException().Reason);
    }

    private static Task<RoleProcess> StartAsync(Func<CancellationToken, Task> run) => RoleProcess.StartAsync(
        builder => builder.Services.AddSingleton(new Behaviour { Run = run }),
        app =>
        {
            app.MapGrpcService<FailingRetrieval>();
            app.MapGrpcService<FailingVision>();
        });

    private static async Task CallAsync(RoleProcess role, string shape, TimeSpan? timeLimit = null)
    {
        var options = new CallOptions(deadline: timeLimit is { } limit ? TimeProvider.System.GetUtcNow().UtcDateTime + limit : null, cancellationToken: TestContext.Current.CancellationToken);
        var retrieval = new RetrievalService.RetrievalServiceClient(role.Channel);
        switch (shape)
        {
            case "unary":
                await retrieval.CreateCollectionAsync(new CreateCollectionRequest(), options);
                break;
            case "client stream":
                using (var upsert = retrieval.UpsertItems(options))
                {
                    await upsert.RequestStream.CompleteAsync();
                    await upsert;
                }

                break;
            case "server stream":
                using (var search = retrieval.Search(new SearchRequest(), options))
                {
                    await DrainAsync(search.ResponseStream);
                }

                break;
            default:
                using (var encode = new VisionEncoderService.VisionEncoderServiceClient(role.Channel).EncodeImages(options))
                {
                    await encode.RequestStream.CompleteAsync();
                    await DrainAsync(encode.ResponseStream);
                }

                break;
        }
    }

    private static async Task DrainAsync<T>(IAsyncStreamReader<T> stream)
    {
        while (await stream.MoveNext(TestContext.Current.CancellationToken))
        {
        }
    }
}
