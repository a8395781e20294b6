using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Errors;

namespace MultiModalMesh.ServiceDefaults.Errors;

/// <summary>Gives every failure of a gRPC method the form of the contracts. What it does not know is INTERNAL without details; the log has them.</summary>
internal sealed class ErrorInterceptor(ILogger<ErrorInterceptor> logger, IHostApplicationLifetime lifetime, TimeProvider time) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Map(e, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Map(e, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Map(e, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Map(e, context);
        }
    }

    private RpcException Map(Exception error, ServerCallContext context)
    {
        if (error is MeshException known)
        {
            Log.Refused(logger, context.Method, known.Reason.Code, known.Message, known.InnerException);
            return known.ToRpcException();
        }

        // A caller that went away shows as a cancelled token and, depending on the moment, as an IOException or an InvalidOperationException.
        if (context.CancellationToken.IsCancellationRequested)
        {
            return time.GetUtcNow().UtcDateTime >= context.Deadline
                ? new RpcException(new Status(StatusCode.DeadlineExceeded, "The call's deadline has passed."))
                : new RpcException(new Status(StatusCode.Cancelled, "The caller cancelled the call."));
        }

        if (error is OperationCanceledException)
        {
            return lifetime.ApplicationStopping.IsCancellationRequested
                ? new MeshException(ErrorReason.PeerUnavailable, "This worker is shutting down.").ToRpcException()
                : new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
        }

        Log.Failed(logger, error, context.Method);
        var trace = Activity.Current?.TraceId.ToString() ?? "unknown";
        return new RpcException(new Status(StatusCode.Internal, $"The call failed for a reason of ours; the log has it under trace '{trace}'."));
    }
}
