using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.Workers.Draining;
using MultiModalMesh.Workers.Tests.Calls;

namespace MultiModalMesh.Workers.Tests.Draining;

/// <summary>A worker's gRPC service while its worker leaves.</summary>
public sealed class DrainTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_that_is_not_waited_for_ends_with_a_reason_for_which_another_worker_is_asked()
    {
        await using var worker = await Member.StartSiloAsync(
            builder =>
            {
                builder.Services.AddSingleton<ScriptedDecoder>();
                builder.AddWork<ScriptedDecoder>();
            },
            app => app.MapGrpcService<ScriptedDecoder>());
        worker.App.Services.GetRequiredService<ScriptedDecoder>().BeforeToken = token => Task.Delay(Timeout.Infinite, token);
        using var channel = GrpcChannel.ForAddress($"http://{worker.App.Services.GetRequiredService<GrpcAddress>().Endpoint}");
        var client = new DecoderService.DecoderServiceClient(channel);
        using var running = client.Generate(new GenerateRequest(), cancellationToken: Cancellation);
        Assert.True(await running.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(1, await worker.App.Services.GetRequiredService<WorkGate>().DrainAsync(TimeSpan.Zero, Cancellation));

        Assert.Equal(ErrorReason.PeerUnavailable, await ReasonAsync(running));
        using var late = client.Generate(new GenerateRequest(), cancellationToken: Cancellation);
        Assert.Equal(ErrorReason.PeerUnavailable, await ReasonAsync(late));
    }

    [Fact]
    public async Task The_hosts_own_limit_leaves_time_to_drain()
    {
        await using var worker = await Member.StartSiloAsync(builder =>
        {
            builder.AddWorker();
            builder.Services.Configure<WorkerOptions>(options => options.DrainTimeout = TimeSpan.FromMinutes(2));
        });

        Assert.True(worker.App.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout > TimeSpan.FromMinutes(2));
    }

    private static async Task<ErrorReason> ReasonAsync(Grpc.Core.AsyncServerStreamingCall<GenerateResponse> call) =>
        (await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => call.ResponseStream.MoveNext(Cancellation))).ToMeshException().Reason;
}
