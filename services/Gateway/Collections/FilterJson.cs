using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Gateway.Collections;

/// <summary>
/// A filter as JSON: <c>{"shelf": 3}</c> for equal, <c>{"year": {"$gte": 2020}}</c> for the rest, several fields for all of them, and
/// <c>$and</c>, <c>$or</c>, <c>$not</c> around. A value that is an object without <c>$</c> is compared as a whole.
/// </summary>
internal static class FilterJson
{
    private const int Deepest = 16;

    /// <returns>Null if there is no condition.</returns>
    /// <exception cref="MeshException">InvalidRequest, with the field at fault.</exception>
    public static Filter? Read(JsonElement? json, string field)
    {
        if (json is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value)
        {
            return null;
        }

        if (System.Text.Encoding.UTF8.GetByteCount(value.GetRawText()) > CollectionLimits.MaxPayloadBytes)
        {
            throw CollectionLimits.Refuse(field, $"'{field}' has more than {CollectionLimits.MaxPayloadBytes} bytes of JSON, which is the limit.");
        }

        var filter = Object(value, field, 1);
        return filter.ConditionCase == Filter.ConditionOneofCase.And && filter.And.Filters_.Count == 0 ? null : filter;
    }

    /// <summary>A filter given as text, such as a query parameter.</summary>
    /// <exception cref="MeshException">InvalidRequest.</exception>
    public static Filter? Parse(string? text, string field)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return Read(json.RootElement, field);
        }
        catch (JsonException)
        {
            throw CollectionLimits.Refuse(field, $"'{field}' is not JSON; a filter looks like {{\"shelf\": 3}}.");
        }
    }

    private static Filter Object(JsonElement json, string path, int depth)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw CollectionLimits.Refuse(path, $"'{path}' must be a JSON object.");
        }

        if (depth > Deepest)
        {
            throw CollectionLimits.Refuse(path, $"The filter is more than {Deepest} levels deep, which is the limit.");
        }

        return All(json.EnumerateObject().Select(property => property.Name switch
        {
            "$and" => new Filter { And = Several(property.Value, $"{path}.$and", depth) },
            "$or" => new Filter { Or = Several(property.Value, $"{path}.$or", depth) },
            "$not" => new Filter { Not = Object(property.Value, $"{path}.$not", depth + 1) },
            ['$', ..] => throw CollectionLimits.Refuse($"{path}.{property.Name}", $"There is no '{property.Name}' here; there are $and, $or and $not."),
            _ => Field(property.Name, property.Value, $"{path}.{property.Name}", depth),
        }));
    }

    private static Filters Several(JsonElement json, string path, int depth) => json.ValueKind == JsonValueKind.Array && json.GetArrayLength() > 0
        ? new Filters { Filters_ = { json.EnumerateArray().Select((one, i) => Object(one, $"{path}[{i}]", depth + 1)) } }
        : throw CollectionLimits.Refuse(path, $"'{path}' must be a list of conditions, with at least one.");

    private static Filter Field(string field, JsonElement json, string path, int depth)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.EnumerateObject().Any(property => property.Name.StartsWith('$')))
        {
            return In(field, [json], path);
        }

        var range = new FieldRange { Field = field };
        var parts = new List<Filter>();
        foreach (var property in json.EnumerateObject())
        {
            var at = $"{path}.{property.Name}";
            switch (property.Name)
            {
                case "$eq":
                    parts.Add(In(field, [property.Value], at));
                    break;
                case "$ne":
                    parts.Add(new Filter { Not = In(field, [property.Value], at) });
                    break;
                case "$in" when property.Value.ValueKind == JsonValueKind.Array:
                    parts.Add(In(field, property.Value.EnumerateArray(), at));
                    break;
                case "$exists" when property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    var exists = new Filter { Exists = field };
                    parts.Add(property.Value.GetBoolean() ? exists : new Filter { Not = exists });
                    break;
                case "$not":
                    parts.Add(new Filter { Not = Field(field, property.Value, at, depth + 1) });
                    break;
                case "$gt":
                    range.GreaterThan = Number(property.Value, at);
                    break;
                case "$gte":
                    range.GreaterOrEqual = Number(property.Value, at);
                    break;
                case "$lt":
                    range.LessThan = Number(property.Value, at);
                    break;
                case "$lte":
                    range.LessOrEqual = Number(property.Value, at);
                    break;
                default:
                    throw CollectionLimits.Refuse(at, $"'{at}' cannot be read; there are $eq, $ne, $in (a list), $exists (true or false), $not, $gt, $gte, $lt and $lte (numbers).");
            }
        }

        if (range.HasGreaterThan || range.HasGreaterOrEqual || range.HasLessThan || range.HasLessOrEqual)
        {
            parts.Add(new Filter { Range = range });
        }

        return All(parts);
    }

    private static Filter In(string field, IEnumerable<JsonElement> values, string path)
    {
        try
        {
            return new Filter { In = new FieldIn { Field = field, Values = { values.Select(value => Value.Parser.ParseJson(value.GetRawText())) } } };
        }
        catch (InvalidProtocolBufferException)
        {
            throw CollectionLimits.Refuse(path, $"'{path}' has the same key twice or is nested too deep.");
        }
    }

    private static double Number(JsonElement json, string path) => json.ValueKind == JsonValueKind.Number
        ? json.GetDouble()
        : throw CollectionLimits.Refuse(path, $"'{path}' must be a number.");

    private static Filter All(IEnumerable<Filter> parts) => parts.ToList() is [var only] ? only : new Filter { And = new Filters { Filters_ = { parts } } };
}
