using System.Numerics.Tensors;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Ranking;

/// <summary>Vectors of length 1 of a picture, its candidate caption and its references; a picture or candidate without one is empty.</summary>
public sealed record CaptionVectors(float[] Picture, float[] Candidate, IReadOnlyList<float[]> References);

/// <summary>
/// CLIPScore, 2.5 max(cos(picture, candidate), 0), and RefCLIPScore, its harmonic mean with the best max(cos(reference, candidate), 0) (Hessel et al. 2021).
/// Figures of different embedding models are not comparable.
/// </summary>
public static class ClipScore
{
    /// <summary>What the paper puts before every text.</summary>
    public const string Prefix = "A photo depicts ";

    private const double Weight = 2.5;

    public static IReadOnlyList<Metric> Score(IReadOnlyList<CaptionVectors> captions) =>
    [
        Metric.Mean("CLIPScore", captions.Select(Of)),
        Metric.Mean("RefCLIPScore", captions.Select(caption =>
        {
            var picture = Of(caption);
            var reference = caption.References.Select(vector => Cosine(vector, caption.Candidate)).DefaultIfEmpty(0).Max();
            return picture + reference == 0 ? 0 : 2 * picture * reference / (picture + reference);
        })),
    ];

    private static double Of(CaptionVectors caption) => Weight * Cosine(caption.Picture, caption.Candidate);

    private static double Cosine(float[] left, float[] right) => left.Length == 0 || right.Length == 0 ? 0 : Math.Max(0, TensorPrimitives.Dot(left, right));
}
