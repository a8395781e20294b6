using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Embeddings;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Gateway.Collections;

/// <summary>One thing that a search looks for.</summary>
/// <param name="Input">What is to be encoded; null if the vector is given.</param>
/// <param name="Field">What an error calls it.</param>
internal readonly record struct SearchPart(EmbeddingInput? Input, IReadOnlyList<float>? Vector, float Weight, string Field);

/// <summary>From the body of a search to the contract of retrieval.</summary>
internal static class SearchMapping
{
    private const int MostParts = 16;

    /// <summary>Everything but what has to be encoded first.</summary>
    /// <exception cref="MeshException">InvalidRequest, with the field as the body has it.</exception>
    public static SearchRequest ToRequest(SearchBody body, CollectionName name, int limit, Filter? where)
    {
        Check(body.MinScore is null or (>= -1 and <= 1), "minScore", $"minScore is {body.MinScore}, but must be -1..1.");
        Check(body.MmrLambda is null or (>= 0 and <= 1), "mmrLambda", $"mmrLambda is {body.MmrLambda}, but must be 0..1.");
        Check(body.MmrLambda is null || body.GroupBy is null, "mmrLambda", "mmrLambda and groupBy do not go together; leave one of them out.");
        Check(body.Hybrid is null or { Text.Length: > 0 and <= 1000 }, "hybrid.text", "hybrid.text must have 1 to 1,000 characters.");
        Check(body.GroupBy is null or { Field.Length: > 0 }, "groupBy.field", "groupBy.field is missing.");
        Check(body.GroupBy?.Size is null or (>= 1 and <= 100), "groupBy.size", $"groupBy.size is {body.GroupBy?.Size}, but must be 1..100.");
        var request = new SearchRequest { Name = name, Limit = limit, Where = where };
        request.PositiveIds.Add(body.Positive ?? []);
        request.NegativeIds.Add(body.Negative ?? []);
        if (body.Hybrid is { } hybrid)
        {
            request.Text = new TextMatch { Text = hybrid.Text, Weight = hybrid.Weight ?? 1 };
            request.Text.Fields.Add(hybrid.Fields ?? []);
        }

        if (body.GroupBy is { } groupBy)
        {
            request.GroupBy = new GroupBy { Field = groupBy.Field, Size = groupBy.Size ?? 1 };
        }

        if (body.MinScore is { } least)
        {
            request.MinScore = least;
        }

        if (body.MmrLambda is { } lambda)
        {
            request.MmrLambda = lambda;
        }

        return request;
    }

    /// <exception cref="MeshException">InvalidRequest: nothing to look for, or a part that is none.</exception>
    public static IReadOnlyList<SearchPart> Parts(SearchBody body)
    {
        var several = body.Query ?? [];
        Check(several.Count <= MostParts, "query", $"query has {several.Count} parts, the limit is {MostParts}.");
        var other = several.Count > 0 || body.Positive is { Count: > 0 } || body.Negative is { Count: > 0 } || body.Hybrid is not null;
        var parts = several.Select((part, i) => Part(part.Text, part.Image, part.Vector, part.Weight ?? 1, $"query[{i}].")).ToList();
        if (!other || body.Text is not null || body.Image is not null || body.Vector is not null)
        {
            parts.Insert(0, Part(body.Text, body.Image, body.Vector, 1, ""));
        }

        return parts;
    }

    private static SearchPart Part(string? text, string? image, IReadOnlyList<float>? vector, float weight, string path)
    {
        Check(float.IsFinite(weight) && weight != 0, $"{path}weight", $"The weight is {weight}; it must be a number other than 0.");
        return new SearchPart(PreparedItem.Choose(text, image, vector, path), vector, weight, $"{path}vector");
    }

    private static void Check(bool holds, string field, string message)
    {
        if (!holds)
        {
            throw CollectionLimits.Refuse(field, message);
        }
    }
}
