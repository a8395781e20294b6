using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.V1;
using TextStatistics = MultiModalMesh.Retrieval.Engine.TextStatistics;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>Between what an engine knows and what travels between shards; nothing is rounded or normalised on the way.</summary>
internal static class ShardMessages
{
    public static CollectionName ToName(CollectionKey key) => new() { Tenant = key.Tenant, Collection = key.Name };

    public static Collection ToMessage(CollectionSummary collection) => new()
    {
        Name = ToName(collection.Info.Key),
        Dimensions = collection.Info.Dimensions,
        ItemCount = collection.ItemCount,
        CreateTime = Timestamp.FromDateTimeOffset(collection.Info.CreatedAt),
        Model = collection.Info.Model,
    };

    public static CollectionSummary ToSummary(Collection message) =>
        new(new CollectionInfo(CollectionKey.From(message.Name), message.Dimensions, message.Model, message.CreateTime.ToDateTimeOffset()), message.ItemCount);

    public static ShardItem ToMessage(IndexedItem item) => new() { Id = item.Id, Vector = { item.Vector }, Payload = Wrap(item.Payload), Sequence = item.Sequence };

    public static IndexedItem ToItem(ShardItem message) => new(message.Id, [.. message.Vector], Unwrap(message.Payload), message.Sequence);

    public static ShardItem ToMessage(Hit hit) => new() { Id = hit.Id, Vector = { hit.Vector ?? [] }, Payload = Wrap(hit.Payload), Sequence = hit.Sequence, Score = hit.Score };

    public static Hit ToHit(ShardItem message, bool withVector) =>
        new(message.Id, message.Score, Unwrap(message.Payload), withVector ? [.. message.Vector] : null, message.Sequence);

    public static V1.TextStatistics ToMessage(TextStatistics statistics) => new() { ItemCount = statistics.Items, WordCount = statistics.Words, HavingCounts = { statistics.Having } };

    public static TextStatistics ToStatistics(V1.TextStatistics message) => new(message.ItemCount, message.WordCount, [.. message.HavingCounts]);

    // The bytes belong to the item, which nobody changes.
    private static ByteString Wrap(byte[]? payload) => payload is null ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(payload);

    private static byte[]? Unwrap(ByteString payload) => payload.IsEmpty ? null : payload.ToByteArray();
}
