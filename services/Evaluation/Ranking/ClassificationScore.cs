using System.Numerics.Tensors;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Ranking;

/// <summary>A picture's vector, empty if it could not be embedded, and the number of its class.</summary>
public sealed record ClassifiedPicture(float[] Picture, int Label);

/// <summary>Top-1 and top-5 accuracy of zero-shot classification: the class whose text's vector has the largest cosine.</summary>
public static class ClassificationScore
{
    public static IReadOnlyList<Metric> Score(IReadOnlyList<ClassifiedPicture> pictures, IReadOnlyList<float[]> classes)
    {
        var ranks = pictures.Select(picture => Rank(picture, classes)).ToArray();
        return
        [
            Metric.Mean("top-1", ranks.Select(rank => rank <= 1 ? 1.0 : 0)),
            Metric.Mean("top-5", ranks.Select(rank => rank <= 5 ? 1.0 : 0)),
        ];
    }

    /// <summary>The class that a picture is nearest to, or null if it could not be embedded.</summary>
    public static int? Best(ClassifiedPicture picture, IReadOnlyList<float[]> classes) =>
        picture.Picture.Length == 0 ? null : Enumerable.Range(0, classes.Count).MaxBy(i => TensorPrimitives.Dot(picture.Picture, classes[i]));

    private static int Rank(ClassifiedPicture picture, IReadOnlyList<float[]> classes)
    {
        if (picture.Picture.Length == 0)
        {
            return int.MaxValue;
        }

        var right = TensorPrimitives.Dot(picture.Picture, classes[picture.Label]);
        return 1 + classes.Where((other, i) => i != picture.Label && TensorPrimitives.Dot(picture.Picture, other) >= right).Count();
    }
}
