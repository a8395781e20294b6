using System.Numerics.Tensors;
using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Search;

/// <summary>Composes a search of what an engine can: examples, fusion with words, variety, groups.</summary>
internal static class Searcher
{
    // Both lists are read this far before their ranks are joined, and this many are there to choose variety from.
    private const int Deeper = 5;
    private const int LeastDepth = 100;

    public static async Task<IReadOnlyList<FoundItem>> SearchAsync(IItemCollection collection, SearchPlan plan, CancellationToken cancellationToken)
    {
        if (plan.GroupField.Length > 0)
        {
            return await GroupAsync(collection, plan, cancellationToken);
        }

        var depth = plan.Lambda < 1 ? Math.Max(LeastDepth, plan.Limit * Deeper) : plan.Limit;
        var query = await QueryAsync(collection, plan, cancellationToken);
        var hits = await RankAsync(collection, plan, query, depth, cancellationToken);
        if (plan.Lambda < 1)
        {
            // Ranks that were joined and BM25 have scales of their own; the best of them stands for a likeness of 1.
            hits = Diversity.Choose(hits, plan.Limit, plan.Lambda, plan.Text.Length > 0 && hits.Count > 0 ? hits[0].Score : 1);
        }

        return [.. hits.Select(hit => new FoundItem(hit, null))];
    }

    /// <summary>The direction that is looked for, of length 1; null if there is none.</summary>
    private static async Task<float[]?> QueryAsync(IItemCollection collection, SearchPlan plan, CancellationToken cancellationToken)
    {
        if (!plan.HasDirection)
        {
            return null;
        }

        var sum = new float[collection.Info.Dimensions];
        foreach (var (vector, weight) in plan.Directions)
        {
            TensorPrimitives.MultiplyAdd(vector, weight, sum, sum);
        }

        // Twice the good less the bad: the step away from the bad examples begins at the good ones.
        var good = plan.Positive.Count > 0 ? await MeanAsync(collection, plan.Positive, "positive_ids", cancellationToken) : null;
        var bad = plan.Negative.Count > 0 ? await MeanAsync(collection, plan.Negative, "negative_ids", cancellationToken) : null;
        if (good is not null)
        {
            TensorPrimitives.MultiplyAdd(good, bad is null ? 1f : 2f, sum, sum);
        }

        if (bad is not null)
        {
            TensorPrimitives.MultiplyAdd(bad, -1f, sum, sum);
        }

        var length = TensorPrimitives.Norm<float>(sum);
        if (length < 1e-6)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The vectors and examples take each other away; nothing is left to look for.") { Field = "vectors" };
        }

        TensorPrimitives.Divide(sum, length, sum);
        return sum;
    }

    private static async Task<float[]> MeanAsync(IItemCollection collection, IReadOnlyList<string> ids, string field, CancellationToken cancellationToken)
    {
        var items = await collection.GetAsync(ids, cancellationToken);
        if (items.Count < ids.Count)
        {
            var missing = ids.Except(items.Select(item => item.Id), StringComparer.Ordinal).First();
            throw new MeshException(ErrorReason.InvalidRequest, $"There is no item '{missing}' to take as an example.") { Field = field };
        }

        var mean = new float[collection.Info.Dimensions];
        foreach (var item in items)
        {
            TensorPrimitives.MultiplyAdd(item.Vector, 1f / items.Count, mean, mean);
        }

        return mean;
    }

    private static async Task<IReadOnlyList<Hit>> RankAsync(IItemCollection collection, SearchPlan plan, float[]? query, int limit, CancellationToken cancellationToken)
    {
        // Examples are left out afterwards, so as many more are looked for.
        var examples = plan.Positive.Concat(plan.Negative).ToHashSet(StringComparer.Ordinal);
        var hybrid = query is not null && plan.Text.Length > 0;
        var depth = (hybrid ? Math.Max(LeastDepth, limit * Deeper) : limit) + examples.Count;
        var byDirection = query is null
            ? []
            : await NearestAsync(collection, new NearestQuery(query, depth, plan.Filter, plan.MinScore, WithVectors: plan.Lambda < 1), cancellationToken);
        var byWords = plan.Text.Length == 0 ? [] : await collection.FindTextAsync(new TextQuery(plan.Text, plan.TextFields, depth, plan.Filter), cancellationToken);
        if (plan.Lambda < 1 && byWords.Count > 0)
        {
            byWords = await WithVectorsAsync(collection, byWords, cancellationToken);
        }

        var ranked = hybrid ? Fusion.Join([(byDirection, 1), (byWords, plan.TextWeight)]) : byDirection.Concat(byWords);
        return [.. ranked.Where(hit => !examples.Contains(hit.Id)).Take(limit)];
    }

    // Dot products of vectors of length 1 leave the range of a cosine by what floats round.
    private static async Task<IReadOnlyList<Hit>> NearestAsync(IItemCollection collection, NearestQuery query, CancellationToken cancellationToken) =>
        [.. (await collection.FindNearestAsync(query, cancellationToken)).Select(hit => hit with { Score = Math.Clamp(hit.Score, -1f, 1f) })];

    private static async Task<IReadOnlyList<Hit>> WithVectorsAsync(IItemCollection collection, IReadOnlyList<Hit> hits, CancellationToken cancellationToken)
    {
        var vectors = (await collection.GetAsync([.. hits.Select(hit => hit.Id)], cancellationToken)).ToDictionary(item => item.Id, item => item.Vector, StringComparer.Ordinal);
        return [.. hits.Where(hit => vectors.ContainsKey(hit.Id)).Select(hit => hit with { Vector = vectors[hit.Id] })];
    }

    // Looks deeper until there are enough groups that are full, or nothing is left.
    private static async Task<IReadOnlyList<FoundItem>> GroupAsync(IItemCollection collection, SearchPlan plan, CancellationToken cancellationToken)
    {
        var there = new ItemFilter.Exists(plan.GroupField);
        plan = plan with { Filter = plan.Filter is null ? there : new ItemFilter.And([plan.Filter, there]) };
        var query = await QueryAsync(collection, plan, cancellationToken);
        for (var depth = plan.Limit * plan.GroupSize * 4; ; depth *= 4)
        {
            var hits = await RankAsync(collection, plan, query, depth, cancellationToken);
            var groups = hits
                .GroupBy(hit => PayloadFields.Find(Struct.Parser.ParseFrom(hit.Payload), plan.GroupField)!)
                .Take(plan.Limit)
                .Select(group => group.Take(plan.GroupSize).Select(hit => new FoundItem(hit, group.Key)).ToList())
                .ToList();
            if (hits.Count < depth || (groups.Count == plan.Limit && groups.TrueForAll(group => group.Count == plan.GroupSize)))
            {
                return [.. groups.SelectMany(group => group)];
            }
        }
    }
}
