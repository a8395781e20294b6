using System.Collections.Concurrent;
using Grpc.Net.Client;
using MultiModalMesh.ServiceDefaults;

namespace MultiModalMesh.Workers.Calls;

/// <summary>One connection pool per worker address, shared by all calls of the process.</summary>
internal sealed class WorkerChannels : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<GrpcChannel>> _channels = new(StringComparer.Ordinal);

    public GrpcChannel To(string endpoint) => _channels.GetOrAdd(endpoint, static address => new Lazy<GrpcChannel>(() => Open(address))).Value;

    public void Dispose()
    {
        foreach (var channel in _channels.Values)
        {
            if (channel.IsValueCreated)
            {
                channel.Value.Dispose();
            }
        }

        _channels.Clear();
    }

    private static GrpcChannel Open(string endpoint) => GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
    {
        MaxReceiveMessageSize = ServiceDefaultsExtensions.MaxSendMessageBytes,
        MaxSendMessageSize = ServiceDefaultsExtensions.MaxReceiveMessageBytes,
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,

            // A machine that vanishes sends no reset: without pings a stream would wait for it for ever.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = TimeSpan.FromSeconds(2),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(3),
        },
    });
}
