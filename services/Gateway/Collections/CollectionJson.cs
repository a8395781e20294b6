using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Gateway.Collections;

/// <summary>Body of PUT /api/collections/{name}; may be empty.</summary>
/// <param name="Dimensions">For vectors of the caller's own: 1..8192. Left out: those of the model.</param>
/// <param name="Model">The pack whose embeddings it will hold; left out (and no dimensions): the default one.</param>
internal sealed record CreateCollectionBody(int? Dimensions = null, string? Model = null);

/// <summary>A collection.</summary>
/// <param name="Model">The pack whose embeddings it holds, as "name@version"; null if the caller brings vectors.</param>
internal sealed record CollectionJson(string Name, int Dimensions, long ItemCount, string? Model, DateTimeOffset? CreatedAt)
{
    public static CollectionJson From(Collection collection) => new(
        collection.Name.Collection, collection.Dimensions, collection.ItemCount, collection.Model.Length == 0 ? null : collection.Model, collection.CreateTime?.ToDateTimeOffset());
}

internal sealed record CollectionListJson(IReadOnlyList<CollectionJson> Collections, string NextPageToken);

/// <summary>Something to find: exactly one of text, image (an id or a data URL) and vector.</summary>
internal sealed record ItemBody(
    string? Id, string? Text = null, string? Image = null, IReadOnlyList<float>? Vector = null, JsonElement? Payload = null);

internal sealed record UpsertBody(IReadOnlyList<ItemBody>? Items);

/// <summary>What became of the items.</summary>
/// <param name="Upserted">How many are stored.</param>
/// <param name="Errors">Those that are not.</param>
internal sealed record UpsertedJson(int Upserted, IReadOnlyList<ItemErrorJson> Errors);

/// <param name="Index">Of the item in the request.</param>
internal sealed record ItemErrorJson(int Index, string? Id, string Reason, string Message);

/// <summary>Exactly one of text, image (an id or a data URL) and vector.</summary>
/// <param name="Limit">1..1000, default 10.</param>
/// <param name="Filter">Fields that the payload must have with equal values.</param>
internal sealed record SearchBody(
    string? Text = null, string? Image = null, IReadOnlyList<float>? Vector = null, int? Limit = null, JsonElement? Filter = null);

/// <param name="Score">Cosine similarity, -1..1.</param>
internal sealed record FoundJson(string Id, float Score, JsonElement Payload);

internal sealed record SearchJson([property: JsonPropertyName("hits")] IReadOnlyList<FoundJson> Hits);

/// <summary>Payloads and filters are JSON objects outside and <c>google.protobuf.Struct</c> inside.</summary>
internal static class PayloadJson
{
    /// <exception cref="MeshException">InvalidRequest: no object, or too large.</exception>
    public static Struct? Read(JsonElement? json, string field)
    {
        if (json is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw CollectionLimits.Refuse(field, $"'{field}' must be a JSON object.");
        }

        var text = value.GetRawText();
        if (System.Text.Encoding.UTF8.GetByteCount(text) > CollectionLimits.MaxPayloadBytes)
        {
            throw CollectionLimits.Refuse(field, $"'{field}' has more than {CollectionLimits.MaxPayloadBytes} bytes of JSON, which is the limit.");
        }

        try
        {
            return Struct.Parser.ParseJson(text);
        }
        catch (InvalidProtocolBufferException)
        {
            throw CollectionLimits.Refuse(field, $"'{field}' has the same key twice or is nested too deep.");
        }
    }

    public static JsonElement Write(Struct? payload) =>
        JsonSerializer.Deserialize<JsonElement>(payload is null ? "{}" : JsonFormatter.Default.Format(payload));
}
