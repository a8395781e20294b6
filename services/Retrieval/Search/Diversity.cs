using System.Numerics.Tensors;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Search;

/// <summary>Chooses hits that are good and unlike each other: maximal marginal relevance (Carbonell and Goldstein 1998).</summary>
internal static class Diversity
{
    /// <summary>Each next one is that with the largest <c>lambda * score - (1 - lambda) * likeness to the most alike of those chosen</c>.</summary>
    /// <param name="hits">Best first, with vectors of length 1.</param>
    /// <param name="limit">How many to choose.</param>
    /// <param name="lambda">0..1; 1 is the order as it is.</param>
    /// <param name="unit">What a score is divided by to compare with a likeness.</param>
    public static IReadOnlyList<Hit> Choose(IReadOnlyList<Hit> hits, int limit, float lambda, float unit)
    {
        var left = hits.Select(hit => (Hit: hit, Likeness: 0f)).ToList();
        List<Hit> chosen = [];
        while (chosen.Count < limit && left.Count > 0)
        {
            var best = 0;
            for (var i = 1; i < left.Count; i++)
            {
                best = Gain(left[i]) > Gain(left[best]) ? i : best;
            }

            var next = left[best].Hit;
            chosen.Add(next);
            left.RemoveAt(best);
            for (var i = 0; i < left.Count; i++)
            {
                var likeness = TensorPrimitives.Dot(next.Vector!, left[i].Hit.Vector!);
                left[i] = (left[i].Hit, chosen.Count == 1 ? likeness : Math.Max(likeness, left[i].Likeness));
            }
        }

        return chosen;

        float Gain((Hit Hit, float Likeness) candidate) => (lambda * candidate.Hit.Score / unit) - ((1 - lambda) * candidate.Likeness);
    }
}
