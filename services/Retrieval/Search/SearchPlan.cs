using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval.Search;

/// <summary>A search as it was asked for, checked but for what only the collection knows.</summary>
/// <param name="Directions">Of length 1, each with its weight.</param>
internal sealed record SearchPlan(
    IReadOnlyList<(float[] Vector, float Weight)> Directions,
    IReadOnlyList<string> Positive,
    IReadOnlyList<string> Negative,
    int Limit,
    ItemFilter? Filter,
    float? MinScore,
    float Lambda,
    string Text,
    IReadOnlyList<string> TextFields,
    float TextWeight,
    string GroupField,
    int GroupSize)
{
    private const int MaxLimit = 1000;
    private const int DefaultLimit = 10;
    private const int MostDirections = 16;
    private const int MostExamples = 100;
    private const int LongestText = 1000;
    private const int MostTextFields = 16;
    private const int LargestGroup = 100;

    public bool HasDirection => Directions.Count + Positive.Count + Negative.Count > 0;

    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/> or <see cref="ErrorReason.DimensionMismatch"/>, with the field at fault.</exception>
    public static SearchPlan From(SearchRequest request, int dimensions)
    {
        Check(request.Limit is >= 0 and <= MaxLimit, "limit", $"limit is {request.Limit}; it must be 0 to {MaxLimit}.");
        Check(request.Vectors.Count <= MostDirections, "vectors", $"There are {request.Vectors.Count} vectors, the limit is {MostDirections}.");
        Check(request.PositiveIds.Count <= MostExamples, "positive_ids", $"There are {request.PositiveIds.Count} examples, the limit is {MostExamples}.");
        Check(request.NegativeIds.Count <= MostExamples, "negative_ids", $"There are {request.NegativeIds.Count} examples, the limit is {MostExamples}.");
        Check(!request.HasMinScore || request.MinScore is >= -1 and <= 1, "min_score", $"min_score is {request.MinScore}; it must be -1 to 1.");
        Check(!request.HasMmrLambda || request.MmrLambda is >= 0 and <= 1, "mmr_lambda", $"mmr_lambda is {request.MmrLambda}; it must be 0 to 1.");
        Check(request.GroupBy is null || !request.HasMmrLambda, "mmr_lambda", "mmr_lambda and group_by do not go together; leave one of them out.");
        Check(request.GroupBy is null || request.GroupBy.Size is >= 0 and <= LargestGroup, "group_by.size", $"group_by.size is {request.GroupBy?.Size}; it must be 1 to {LargestGroup}.");
        Check(request.Text is null || request.Text.Text.Length is > 0 and <= LongestText, "text.text", $"The text has {request.Text?.Text.Length} characters; it must have 1 to {LongestText}.");
        Check(request.Text is null || request.Text.Fields.Count <= MostTextFields, "text.fields", $"There are {request.Text?.Fields.Count} fields, the limit is {MostTextFields}.");
        Check(request.Text is null || (request.Text.Weight >= 0 && float.IsFinite(request.Text.Weight)), "text.weight", "text.weight must be a number above 0.");

        var directions = new List<(float[], float)>();
        var nothingElse = request.Vectors.Count + request.PositiveIds.Count + request.NegativeIds.Count == 0 && request.Text is null;
        if (request.Vector.Count > 0 || nothingElse)
        {
            directions.Add((IndexedItem.UnitVector(request.Vector, dimensions, "vector"), 1));
        }

        for (var i = 0; i < request.Vectors.Count; i++)
        {
            var weight = request.Vectors[i].Weight;
            Check(float.IsFinite(weight), $"vectors[{i}].weight", $"The weight is {weight}; it must be finite.");
            directions.Add((IndexedItem.UnitVector(request.Vectors[i].Vector, dimensions, $"vectors[{i}].vector"), weight == 0 ? 1 : weight));
        }

        return new SearchPlan(
            directions,
            [.. request.PositiveIds],
            [.. request.NegativeIds],
            request.Limit == 0 ? DefaultLimit : request.Limit,
            FilterReader.Read(request.Where, request.Filter),
            request.HasMinScore ? request.MinScore : null,
            request.HasMmrLambda ? request.MmrLambda : 1,
            request.Text?.Text ?? "",
            request.Text is null ? [] : [.. request.Text.Fields.Select((field, i) => FilterReader.CheckField(field, $"text.fields[{i}]"))],
            request.Text is null or { Weight: 0 } ? 1 : request.Text.Weight,
            request.GroupBy is null ? "" : FilterReader.CheckField(request.GroupBy.Field, "group_by.field"),
            Math.Max(1, request.GroupBy?.Size ?? 1));
    }

    private static void Check(bool holds, string field, string message)
    {
        if (!holds)
        {
            throw new MeshException(ErrorReason.InvalidRequest, message) { Field = field };
        }
    }
}

/// <summary>A hit, and the value of its group if there are groups.</summary>
internal readonly record struct FoundItem(Hit Hit, Value? Group);
