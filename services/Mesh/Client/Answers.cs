using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiModalMesh.Mesh.Client;

/// <summary>A model pack as <c>/v1/models</c> lists it.</summary>
internal sealed record Model(
    string Id, string? Version, IReadOnlyList<string>? Capabilities, [property: JsonPropertyName("owned_by")] string? OwnedBy);

internal sealed record ModelList(IReadOnlyList<Model> Data);

internal sealed record UploadedImage(string Id);

/// <summary>A found item: cosine similarity -1..1, and the payload it was stored with.</summary>
internal sealed record SearchHit(string Id, float Score, JsonElement? Payload);

internal sealed record SearchResult(IReadOnlyList<SearchHit> Hits);

/// <summary>A collection; the model is null where its vectors are the caller's own.</summary>
internal sealed record CollectionAnswer(string Name, int Dimensions, long ItemCount, string? Model, DateTimeOffset? CreatedAt);

internal sealed record CollectionPage(IReadOnlyList<CollectionAnswer> Collections, string NextPageToken);

/// <summary>An item as it is stored; the vector has length 1.</summary>
internal sealed record ItemAnswer(string Id, float[]? Vector, JsonElement? Payload);

internal sealed record ItemPage(IReadOnlyList<ItemAnswer> Items, string NextPageToken);

/// <param name="Image">Id of the uploaded picture.</param>
internal sealed record PictureItem(string Id, string Image, System.Text.Json.Nodes.JsonObject Payload);

/// <param name="Index">Of the item in the request.</param>
internal sealed record ItemRefusal(int Index, string Reason, string Message);

internal sealed record AddedItems(IReadOnlyList<ItemRefusal> Errors);

/// <summary>Items that are nearly the same, and the lowest likeness that connects them.</summary>
internal sealed record DuplicateGroup(float Score, IReadOnlyList<ItemAnswer> Items);

internal sealed record DuplicateGroups(IReadOnlyList<DuplicateGroup> Groups);
