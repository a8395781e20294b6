using Grpc.Core;

namespace MultiModalMesh.Workers.Draining;

/// <summary>A call that can be ended from this side, too; all else is the call's own.</summary>
internal sealed class EndingCallContext(ServerCallContext call, CancellationToken ending) : ServerCallContext
{
    protected override CancellationToken CancellationTokenCore => ending;

    protected override string MethodCore => call.Method;

    protected override string HostCore => call.Host;

    protected override string PeerCore => call.Peer;

    protected override DateTime DeadlineCore => call.Deadline;

    protected override Metadata RequestHeadersCore => call.RequestHeaders;

    protected override Metadata ResponseTrailersCore => call.ResponseTrailers;

    protected override AuthContext AuthContextCore => call.AuthContext;

    // Where gRPC looks for the HTTP request of a call that is not of its own making.
    protected override IDictionary<object, object> UserStateCore { get; } = new Dictionary<object, object>(call.UserState) { ["__HttpContext"] = call.GetHttpContext() };

    protected override Status StatusCore
    {
        get => call.Status;
        set => call.Status = value;
    }

    protected override WriteOptions? WriteOptionsCore
    {
        get => call.WriteOptions;
        set => call.WriteOptions = value;
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => call.CreatePropagationToken(options);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => call.WriteResponseHeadersAsync(responseHeaders);
}

/// <summary>Messages of such a call. One that is being written when the call is ended is still written: to cancel it would break off the stream, and its reader would not learn why.</summary>
internal sealed class EndingStreamWriter<TMessage>(IServerStreamWriter<TMessage> writer, ServerCallContext call) : IServerStreamWriter<TMessage>
{
    public WriteOptions? WriteOptions
    {
        get => writer.WriteOptions;
        set => writer.WriteOptions = value;
    }

    public Task WriteAsync(TMessage message) => writer.WriteAsync(message);

    public Task WriteAsync(TMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return writer.WriteAsync(message, call.CancellationToken);
    }
}
