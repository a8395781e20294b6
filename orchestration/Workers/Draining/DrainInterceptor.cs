using Grpc.Core;
using Grpc.Core.Interceptors;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Workers.Draining;

/// <summary>Leads the calls of a worker's services through the <see cref="WorkGate"/>, and ends them with PEER_UNAVAILABLE when it says so.</summary>
internal sealed class DrainInterceptor(WorkGate gate) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        InsideAsync(context, inner => continuation(request, inner));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        InsideAsync(context, inner => continuation(requestStream, inner));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        InsideAsync(context, async inner =>
        {
            await continuation(request, new EndingStreamWriter<TResponse>(responseStream, context), inner);
            return true;
        });

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        InsideAsync(context, async inner =>
        {
            await continuation(requestStream, new EndingStreamWriter<TResponse>(responseStream, context), inner);
            return true;
        });

    private async Task<TResult> InsideAsync<TResult>(ServerCallContext context, Func<ServerCallContext, Task<TResult>> call)
    {
        gate.Enter();
        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, gate.Ending);
            return await call(new EndingCallContext(context, ending.Token));
        }
        catch (Exception e) when (e is not MeshException && gate.Ending.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw WorkGate.Refusal;
        }
        finally
        {
            gate.Leave();
        }
    }
}
