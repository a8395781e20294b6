using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>Conditions on their way between shards. They were checked when they came in, and a search has added its own since, so they are not checked again.</summary>
internal static class FilterMessages
{
    public static Filter? Write(ItemFilter? filter) => filter is null ? null : ToMessage(filter);

    public static ItemFilter? Read(Filter? message) => message is null ? null : ToFilter(message);

    private static Filter ToMessage(ItemFilter filter) => filter switch
    {
        ItemFilter.And and => new Filter { And = new Filters { Filters_ = { and.Parts.Select(ToMessage) } } },
        ItemFilter.Or or => new Filter { Or = new Filters { Filters_ = { or.Parts.Select(ToMessage) } } },
        ItemFilter.Not not => new Filter { Not = ToMessage(not.Part) },
        ItemFilter.In values => new Filter { In = new FieldIn { Field = values.Field, Values = { values.Values } } },
        ItemFilter.Range range => new Filter { Range = ToMessage(range) },
        ItemFilter.Exists exists => new Filter { Exists = exists.Field },
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "A condition that does not travel."),
    };

    // Both bounds always, an infinite one too.
    private static FieldRange ToMessage(ItemFilter.Range range)
    {
        var message = new FieldRange { Field = range.Field };
        if (range.LowIncluded)
        {
            message.GreaterOrEqual = range.Low;
        }
        else
        {
            message.GreaterThan = range.Low;
        }

        if (range.HighIncluded)
        {
            message.LessOrEqual = range.High;
        }
        else
        {
            message.LessThan = range.High;
        }

        return message;
    }

    private static ItemFilter ToFilter(Filter message) => message.ConditionCase switch
    {
        Filter.ConditionOneofCase.And => new ItemFilter.And([.. message.And.Filters_.Select(ToFilter)]),
        Filter.ConditionOneofCase.Or => new ItemFilter.Or([.. message.Or.Filters_.Select(ToFilter)]),
        Filter.ConditionOneofCase.Not => new ItemFilter.Not(ToFilter(message.Not)),
        Filter.ConditionOneofCase.In => new ItemFilter.In(message.In.Field, [.. message.In.Values]),
        Filter.ConditionOneofCase.Range => new ItemFilter.Range(
            message.Range.Field,
            message.Range.HasGreaterOrEqual ? message.Range.GreaterOrEqual : message.Range.GreaterThan,
            message.Range.HasGreaterOrEqual,
            message.Range.HasLessOrEqual ? message.Range.LessOrEqual : message.Range.LessThan,
            message.Range.HasLessOrEqual),
        Filter.ConditionOneofCase.Exists => new ItemFilter.Exists(message.Exists),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.ConditionCase, "A condition that this version does not know."),
    };
}
