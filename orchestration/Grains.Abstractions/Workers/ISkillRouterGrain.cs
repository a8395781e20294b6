namespace MultiModalMesh.Grains.Workers;

/// <summary>
/// Chooses the worker for a piece of work: capability -> healthy candidates with room -> policy. Stateless; key 0.
/// </summary>
[Alias("MultiModalMesh.ISkillRouterGrain")]
public interface ISkillRouterGrain : IGrainWithIntegerKey
{
    /// <summary>Throws <see cref="Dialogues.DialogueException"/> with NO_WORKER, MODEL_NOT_FOUND or OVERLOADED.</summary>
    [Alias("Route")]
    Task<WorkerLease> RouteAsync(RouteRequest request);
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

    public const string Retrieval = "retrieval";
}
