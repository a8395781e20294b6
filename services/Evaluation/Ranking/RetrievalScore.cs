using System.Numerics.Tensors;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Ranking;

/// <summary>A picture's vector and those of its captions, of length 1; an empty one stands for an input that could not be embedded.</summary>
public sealed record EmbeddedPicture(float[] Picture, IReadOnlyList<float[]> Captions);

/// <summary>
/// Retrieval both ways by cosine: every caption looks for its picture, every picture for its captions. Recall@k counts a picture as found when any of its
/// captions is among the first k; average precision has all of them. Pictures are resampled, with their captions.
/// </summary>
/// <remarks>An equal score of a wrong candidate ranks before the right one, so a model that says the same to everything finds nothing.</remarks>
public static class RetrievalScore
{
    private static readonly int[] Cutoffs = [1, 5, 10];

    public static IReadOnlyList<Metric> Score(IReadOnlyList<EmbeddedPicture> pictures)
    {
        var captions = pictures.SelectMany((picture, owner) => picture.Captions.Select(vector => (Vector: vector, Owner: owner))).ToArray();
        var toPicture = new double[pictures.Count][];
        var toText = new double[pictures.Count][];
        var precision = new double[pictures.Count];
        Parallel.For(0, pictures.Count, own =>
        {
            toPicture[own] = [.. pictures[own].Captions.Select(caption =>
            {
                var right = Cosine(caption, pictures[own].Picture);
                return 1.0 + pictures.Where((other, i) => i != own && Cosine(caption, other.Picture) >= right).Count();
            })];
            var scores = captions.Select(caption => (Score: Cosine(pictures[own].Picture, caption.Vector), Mine: caption.Owner == own))
                .OrderByDescending(pair => pair.Score).ThenBy(pair => pair.Mine).ToArray();
            double[] ranks = [.. scores.Select((pair, place) => (pair.Mine, place)).Where(pair => pair.Mine).Select(pair => pair.place + 1.0)];
            toText[own] = ranks.Length == 0 ? [] : [ranks[0]];
            precision[own] = ranks.Length == 0 ? double.NaN : ranks.Select((rank, found) => (found + 1) / rank).Average();
        });

        return
        [
            .. Direction("text to picture", toPicture),
            Metric.Ratio("text to picture mAP", toPicture.Select(ranks => (ranks.Sum(rank => 1 / rank), (double)ranks.Length))),
            .. Direction("picture to text", toText),
            Metric.Mean("picture to text mAP", precision),
        ];
    }

    private static IEnumerable<Metric> Direction(string name, double[][] ranks) =>
    [
        .. Cutoffs.Select(k => Metric.Ratio($"{name} R@{k}", ranks.Select(own => ((double)own.Count(rank => rank <= k), (double)own.Length)))),
        Metric.MedianRank($"{name} median rank", ranks),
    ];

    private static float Cosine(float[] left, float[] right) => left.Length == 0 || right.Length == 0 ? -1 : TensorPrimitives.Dot(left, right);
}
