using Orleans.Concurrency;

namespace MultiModalMesh.Grains.Workers;

/// <summary>
/// Chooses the worker for a piece of work: capability -> healthy candidates with room -> policy. One per silo; key 0.
/// </summary>
[Alias("MultiModalMesh.ISkillRouterGrain")]
public interface ISkillRouterGrain : IGrainWithIntegerKey
{
    /// <summary>Throws <see cref="Dialogues.DialogueException"/> with NO_WORKER, MODEL_NOT_FOUND or OVERLOADED.</summary>
    [Alias("Route")]
    Task<WorkerLease> RouteAsync(RouteRequest request);

    /// <summary>
    /// How a piece of work went. False: the worker could not be reached, broke off or did not answer in time; a refusal is no failure. Successes
    /// need only be told of a <see cref="WorkerLease.IsSuspect"/>.
    /// </summary>
    [Alias("Tell")]
    [OneWay]
    Task TellAsync(string workerId, bool succeeded);
}

[GenerateSerializer, Immutable, Alias("MultiModalMesh.RouteRequest")]
public sealed record RouteRequest
{
    /// <summary>One of <see cref="Capabilities"/>.</summary>
    [Id(0)] public required string Capability { get; init; }

    /// <summary>Name of a pack; empty for any that has the capability.</summary>
    [Id(1)] public string Model { get; init; } = "";

    /// <summary>Work with the same key prefers the worker that had it last (its KV cache is warm there). Empty: no preference.</summary>
    [Id(2)] public string AffinityKey { get; init; } = "";

    /// <summary>Workers that just failed this piece of work.</summary>
    [Id(3)] public IReadOnlyList<string> Avoid { get; init; } = [];

    /// <summary>About how much work it is, in the unit of the worker's <see cref="WorkerBacklog"/>: tokens, texts, pictures. 0: unknown.</summary>
    [Id(4)] public int Size { get; init; }
}

/// <summary>Where the work goes.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.WorkerLease")]
public sealed record WorkerLease
{
    [Id(0)] public required string WorkerId { get; init; }

    /// <summary>Base address of the worker's gRPC endpoint, such as <c>http://127.0.0.1:50051</c>.</summary>
    [Id(1)] public required string Endpoint { get; init; }

    /// <summary>The pack to ask for.</summary>
    [Id(2)] public required string Model { get; init; }

    /// <summary>It failed lately: tell <see cref="ISkillRouterGrain.TellAsync"/> how this goes, well or not.</summary>
    [Id(3)] public bool IsSuspect { get; init; }
}

/// <summary>What a worker can do. Strings, because packs bring their own.</summary>
public static class Capabilities
{
    public const string Chat = "chat";
    public const string ImageEmbedding = "image-embedding";
    public const string TextEmbedding = "text-embedding";

    /// <summary>What a decoder of the same model sees of pictures, where the vision encoder makes no embeddings.</summary>
    public const string ImageFeatures = "image-features";

    /// <summary>Goes on from a raw prompt.</summary>
    public const string Completion = "completion";

    /// <summary>Answers for whole collections, whether they lie on one worker or are shared.</summary>
    public const string Retrieval = "retrieval";

    /// <summary>What the capabilities of all shards begin with.</summary>
    public const string RetrievalShards = "retrieval-shard-";

    /// <summary>One part of every collection, from 0.</summary>
    public static string RetrievalShard(int index, int count) => $"{RetrievalShards}{index}-of-{count}";

    /// <summary>Collections that lie in a database which several services use.</summary>
    public const string RetrievalDatabase = $"{RetrievalShards}database";

    /// <summary>Whether an encoder does it: the same input gives the same output and changes nothing, whoever else does it too.</summary>
    public static bool IsEncoding(string capability) => capability is ImageEmbedding or TextEmbedding or ImageFeatures;
}
