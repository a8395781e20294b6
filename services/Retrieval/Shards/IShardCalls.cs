using Grpc.Core;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>How the services of other shards are reached.</summary>
internal interface IShardCalls
{
    /// <param name="shard">Which, from 0.</param>
    /// <param name="count">Of how many.</param>
    /// <param name="call">May run again on another service of the shard if the first one cannot be reached.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="MeshException"><see cref="ErrorReason.NoWorker"/> or <see cref="ErrorReason.PeerUnavailable"/>: it is away; and whatever the shard answers.</exception>
    Task<T> CallAsync<T>(int shard, int count, Func<RetrievalShardService.RetrievalShardServiceClient, CancellationToken, Task<T>> call, CancellationToken cancellationToken);
}

/// <summary>By the mesh's own routing: a shard is a worker that has the capability of it. One that answers no ping for five seconds is away.</summary>
internal sealed class RoutedShardCalls(WorkerPool workers) : IShardCalls
{
    public Task<T> CallAsync<T>(int shard, int count, Func<RetrievalShardService.RetrievalShardServiceClient, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        workers.CallAsync(
            new RouteRequest { Capability = Capabilities.RetrievalShard(shard, count) },
            (_, channel, token) => call(new RetrievalShardService.RetrievalShardServiceClient(channel), token),
            cancellationToken);
}
