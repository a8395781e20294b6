using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval.Search;

/// <summary>Filters of the contract, checked.</summary>
internal static class FilterReader
{
    private const int MostParts = 64;
    private const int MostValues = 1000;
    private const int Deepest = 16;
    private const int LongestField = 256;
    private const int MostNames = 16;

    /// <returns>Null if there is no condition.</returns>
    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/> with the field at fault.</exception>
    public static ItemFilter? Read(Filter? where, Struct? equal = null)
    {
        var parts = (equal?.Fields ?? []).Select(ItemFilter (field) => new ItemFilter.In(field.Key, [field.Value])).ToList();
        if (where is not null)
        {
            parts.Add(Read(where, "where", 1));
        }

        return parts.Count switch { 0 => null, 1 => parts[0], _ => new ItemFilter.And(parts) };
    }

    public static string CheckField(string field, string path) => field.Length is 0 or > LongestField
        ? throw Refuse(path, $"A field's path has 1 to {LongestField} characters; this one has {field.Length}.")
        : field.AsSpan().Count('.') is var dots && dots < MostNames
            ? field
            : throw Refuse(path, $"A field's path has at most {MostNames} names with dots between them; this one has {dots + 1}.");

    private static ItemFilter Read(Filter filter, string path, int depth)
    {
        if (depth > Deepest)
        {
            throw Refuse(path, $"The filter is more than {Deepest} levels deep, which is the limit.");
        }

        return filter.ConditionCase switch
        {
            Filter.ConditionOneofCase.And => new ItemFilter.And(Read(filter.And, $"{path}.and", depth)),
            Filter.ConditionOneofCase.Or => new ItemFilter.Or(Read(filter.Or, $"{path}.or", depth)),
            Filter.ConditionOneofCase.Not => new ItemFilter.Not(Read(filter.Not, $"{path}.not", depth + 1)),
            Filter.ConditionOneofCase.In => Read(filter.In, $"{path}.in"),
            Filter.ConditionOneofCase.Range => Read(filter.Range, $"{path}.range"),
            Filter.ConditionOneofCase.Exists => new ItemFilter.Exists(CheckField(filter.Exists, $"{path}.exists")),
            _ => throw Refuse(path, "The filter has no condition; it needs one of and, or, not, in, range and exists."),
        };
    }

    private static List<ItemFilter> Read(Filters filters, string path, int depth) => filters.Filters_.Count is > 0 and <= MostParts
        ? [.. filters.Filters_.Select((filter, i) => Read(filter, $"{path}.filters[{i}]", depth + 1))]
        : throw Refuse(path, $"There are {filters.Filters_.Count} conditions; there must be 1 to {MostParts}.");

    private static ItemFilter.In Read(FieldIn condition, string path)
    {
        CheckField(condition.Field, $"{path}.field");
        if (condition.Values.Count is 0 or > MostValues || condition.Values.Any(value => value.KindCase == Value.KindOneofCase.None))
        {
            throw Refuse($"{path}.values", $"There must be 1 to {MostValues} values, each of some kind; there are {condition.Values.Count}.");
        }

        foreach (var value in condition.Values)
        {
            IndexedItem.CheckFinite(value, $"{path}.values");
        }

        return new ItemFilter.In(condition.Field, [.. condition.Values]);
    }

    private static ItemFilter.Range Read(FieldRange range, string path)
    {
        CheckField(range.Field, $"{path}.field");
        if ((range.HasGreaterThan && range.HasGreaterOrEqual) || (range.HasLessThan && range.HasLessOrEqual)
            || !(range.HasGreaterThan || range.HasGreaterOrEqual || range.HasLessThan || range.HasLessOrEqual))
        {
            throw Refuse(path, "A range has at least one bound, and at most one below and one above.");
        }

        if (double.IsNaN(range.GreaterThan) || double.IsNaN(range.GreaterOrEqual) || double.IsNaN(range.LessThan) || double.IsNaN(range.LessOrEqual))
        {
            throw Refuse(path, "A bound is not a number.");
        }

        return new ItemFilter.Range(
            range.Field,
            range.HasGreaterThan ? range.GreaterThan : range.HasGreaterOrEqual ? range.GreaterOrEqual : double.NegativeInfinity,
            !range.HasGreaterThan,
            range.HasLessThan ? range.LessThan : range.HasLessOrEqual ? range.LessOrEqual : double.PositiveInfinity,
            !range.HasLessThan);
    }

    private static MeshException Refuse(string field, string message) => new(ErrorReason.InvalidRequest, message) { Field = field };
}
