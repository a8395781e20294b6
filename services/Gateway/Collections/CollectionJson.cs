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

/// <summary>One of several things to look for: exactly one of text, image (an id or a data URL) and vector.</summary>
/// <param name="Weight">How much it counts; negative for what is not wanted. Default 1.</param>
internal sealed record QueryPart(string? Text = null, string? Image = null, IReadOnlyList<float>? Vector = null, float? Weight = null);

/// <summary>Ranking by words.</summary>
/// <param name="Text">1 to 1,000 characters.</param>
/// <param name="Fields">Paths into the payload; left out: every text in it.</param>
/// <param name="Weight">How much the rank by words counts against that by likeness, which counts 1. Default 1.</param>
internal sealed record HybridBody(string? Text, IReadOnlyList<string>? Fields = null, float? Weight = null);

/// <param name="Field">A path into the payload.</param>
/// <param name="Size">Hits of one group, 1..100, default 1.</param>
internal sealed record GroupByBody(string? Field, int? Size = null);

/// <summary>One of text, image (an id or a data URL), vector, or several in query; or examples, or only words to rank by.</summary>
/// <param name="Query">Several things at once, such as a picture and "red"; at most 16.</param>
/// <param name="Positive">Ids of items to be like.</param>
/// <param name="Negative">Ids of items not to be like.</param>
/// <param name="Hybrid">Ranks by words, too (BM25), and joins the two ranks.</param>
/// <param name="Limit">1..1000, default 10; with groupBy: of groups.</param>
/// <param name="Filter">{"shelf": 3} for equal; $in, $gt, $gte, $lt, $lte, $exists, $ne, $not, $and, $or as in {"year": {"$gte": 2020}}.</param>
/// <param name="MinScore">Only hits with at least this likeness, -1..1.</param>
/// <param name="MmrLambda">0..1: how much likeness counts against variety; left out or 1: likeness alone.</param>
/// <param name="GroupBy">The best of each value of a field instead of the best of all.</param>
internal sealed record SearchBody(
    string? Text = null, string? Image = null, IReadOnlyList<float>? Vector = null, int? Limit = null, JsonElement? Filter = null,
    IReadOnlyList<QueryPart>? Query = null, IReadOnlyList<string>? Positive = null, IReadOnlyList<string>? Negative = null,
    HybridBody? Hybrid = null, float? MinScore = null, float? MmrLambda = null, GroupByBody? GroupBy = null);

/// <param name="Score">Cosine similarity, -1..1; with hybrid what joining the ranks gave.</param>
/// <param name="Group">With groupBy: the value that the group has in common.</param>
internal sealed record FoundJson(string Id, float Score, JsonElement Payload, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Group = null);

/// <summary>An item as it is stored.</summary>
/// <param name="Vector">Of length 1; only where it was asked for.</param>
internal sealed record StoredItemJson(string Id, JsonElement Payload, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<float>? Vector)
{
    public static StoredItemJson From(Item item) => new(item.Id, PayloadJson.Write(item.Payload), item.Vector.Count == 0 ? null : item.Vector);
}

internal sealed record ItemPageJson(IReadOnlyList<StoredItemJson> Items, string NextPageToken);

/// <param name="Filter">As of a search.</param>
internal sealed record CountBody(JsonElement? Filter = null);

internal sealed record CountJson(long Count);

/// <param name="MinScore">Likeness from which on two are the same, 0.5..1, default 0.98.</param>
/// <param name="Filter">As of a search.</param>
internal sealed record DuplicatesBody(float? MinScore = null, JsonElement? Filter = null);

/// <param name="Score">The lowest likeness that connects the group.</param>
internal sealed record DuplicateGroupJson(float Score, IReadOnlyList<StoredItemJson> Items);

internal sealed record DuplicatesJson(IReadOnlyList<DuplicateGroupJson> Groups);

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

    public static JsonElement Write(Value value) => JsonSerializer.Deserialize<JsonElement>(JsonFormatter.Default.Format(value));
}
