using Google.Protobuf.Collections;
using Grpc.Core;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>Calls to one shard of another process. That it cannot be reached is <see cref="ErrorReason.ShardUnavailable"/>: no service of the mesh could answer in its place.</summary>
internal sealed class RemoteShard(IShardCalls calls, int index, int count)
{
    /// <summary>Says in every call which shard is meant: an address of a while ago may be that of another one.</summary>
    public const string Header = "mesh-shard";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public static string Name(int index, int count) => $"{index}/{count}";

    public async Task<T> CallAsync<T>(Func<RetrievalShardService.RetrievalShardServiceClient, Metadata, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await calls.CallAsync(index, count, (client, token) => call(client, new Metadata { { Header, Name(index, count) } }, token), cancellationToken);
        }
        catch (MeshException failure) when (failure.Reason == ErrorReason.NoWorker || failure.Reason == ErrorReason.PeerUnavailable)
        {
            throw new MeshException(
                ErrorReason.ShardUnavailable,
                $"Shard {index} of {count} (from 0) of the collections cannot be reached, and nothing is answered without it; "
                + $"start the retrieval service with Retrieval:Shards:Index={index} and Retrieval:Shards:Count={count} on its data folder, and try again.",
                failure)
            {
                RetryAfter = RetryAfter,
                Metadata = new Dictionary<string, string> { ["shard"] = $"{index}", ["shard_count"] = $"{count}" },
            };
        }
    }

    public Task<List<ShardItem>> ReadAsync<TResponse>(
        Func<RetrievalShardService.RetrievalShardServiceClient, Metadata, CancellationToken, AsyncServerStreamingCall<TResponse>> call,
        Func<TResponse, RepeatedField<ShardItem>> items,
        CancellationToken cancellationToken) => CallAsync(
        async (client, headers, token) =>
        {
            List<ShardItem> all = [];
            using var stream = call(client, headers, token);
            await foreach (var response in stream.ResponseStream.ReadAllAsync(token))
            {
                all.AddRange(items(response));
            }

            return all;
        },
        cancellationToken);
}
