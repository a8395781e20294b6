using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Workers.Stores;
using Npgsql;
using Orleans.Serialization.Serializers;
using StackExchange.Redis;
using ClusterOptions = MultiModalMesh.Workers.Clustering.ClusterOptions;

namespace MultiModalMesh.Workers.Calls;

/// <summary>
/// At the border of every grain: a failure that the other processes could not read, which would reach them as one of the serializer, leaves it as a
/// <see cref="DialogueException"/>.
/// </summary>
internal sealed class ReadableErrors(ICodecProvider codecs, IOptions<ClusterOptions> cluster, ILogger<ReadableErrors> logger) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception e) when (!IsReadable(e))
        {
            var (reason, message) = Chain(e).Select(Explain).FirstOrDefault(known => known is not null) ?? Unknown(context, e);
            var known = e as MeshException;
            throw new DialogueException(reason.Code, message) { Field = known?.Field, RetryAfter = known?.RetryAfter };
        }
    }

    private static IEnumerable<Exception> Chain(Exception error)
    {
        for (var one = error; one is not null; one = one.InnerException!)
        {
            yield return one;
        }
    }

    private bool IsReadable(Exception error) => Chain(error).All(one => codecs.TryGetCodec(one.GetType()) is not null);

    // The stores of dialogues explain themselves; what comes from the server's client directly is about the members.
    private (ErrorReason Reason, string Message)? Explain(Exception error) => error switch
    {
        MeshException known => (known.Reason, known.Message),
        RedisException or RedisTimeoutException => (ErrorReason.StorageFailed, StoreAway(RedisServer.Explain(error, cluster.Value.ConnectionString))),
        NpgsqlException => (ErrorReason.StorageFailed, StoreAway(error.Message)),
        _ => null,
    };

    private string StoreAway(string why) =>
        $"The {cluster.Value.Provider} server of Cluster:ConnectionString cannot be used: {why.TrimEnd('.')}. See that it runs and can be reached, and try again.";

    private (ErrorReason Reason, string Message) Unknown(IIncomingGrainCallContext context, Exception error)
    {
        Log.GrainBroke(logger, error, $"{context.InterfaceName}.{context.MethodName}", context.TargetId.ToString());
        return (ErrorReason.PeerFailed, "A part of the mesh failed for a reason of ours; the log has it.");
    }
}
