using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Search;

/// <summary>Joins lists whose scores cannot be compared by their ranks alone: reciprocal rank fusion, with the 60 of Cormack, Clarke and Büttcher (2009).</summary>
internal static class Fusion
{
    private const double Damping = 60;

    /// <summary>Every hit of any list, its score the sum of weight / (60 + rank), best first; of equals the one that comes first in the lists.</summary>
    public static IReadOnlyList<Hit> Join(IReadOnlyList<(IReadOnlyList<Hit> Hits, float Weight)> lists)
    {
        var joined = new Dictionary<string, (Hit Hit, double Score)>(StringComparer.Ordinal);
        foreach (var (hits, weight) in lists)
        {
            for (var rank = 1; rank <= hits.Count; rank++)
            {
                var hit = hits[rank - 1];
                var before = joined.GetValueOrDefault(hit.Id, (hit, 0));
                joined[hit.Id] = (before.Hit, before.Score + (weight / (Damping + rank)));
            }
        }

        return [.. joined.Values.OrderByDescending(pair => pair.Score).Select(pair => pair.Hit with { Score = (float)pair.Score })];
    }
}
