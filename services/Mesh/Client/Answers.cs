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
