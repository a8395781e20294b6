using MultiModalMesh.Inference.Encoders;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.OnnxGraphs;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Robustness;

/// <summary>
/// A Gaussian over what the vision encoder makes of known pictures (mean and standard deviation over the patches), and the Mahalanobis distance from it as
/// an ONNX graph (Lee et al. 2018, arXiv:1807.03888).
/// </summary>
internal static class FamiliarityFit
{
    private const double NearShare = 0.98, FarShare = 0.999;
    private const float Shrinkage = 0.01f, Tiny = 1e-6f;

    /// <summary>Fits the graph and writes it into the pack.</summary>
    /// <param name="known">Pictures of the pack's world.</param>
    /// <param name="others">More of them, which the bounds are read from.</param>
    /// <param name="folder">The pack's folder.</param>
    public static FamiliarDistances Write(IReadOnlyList<ImageEncoding> known, IReadOnlyList<ImageEncoding> others, string folder)
    {
        using var scope = NewDisposeScope();
        var pooled = Pool(known);
        var centre = pooled.mean([0]);
        var centred = (pooled - centre).to(float64);
        var covariance = centred.t().matmul(centred) / (known.Count - 1);
        covariance += eye(centre.shape[0], dtype: float64) * covariance.diagonal().mean() * Shrinkage;
        var (values, vectors) = linalg.eigh(covariance);
        var whitening = (vectors / values.sqrt()).to(float32);
        Graph(known[0].FeatureWidth, centre, whitening).Save(Path.Combine(folder, PackFiles.Familiarity));
        var distances = (Pool(others) - centre).matmul(whitening).square().mean([1]).sqrt().data<float>().Order().ToArray();
        return new FamiliarDistances(Bound(NearShare), Bound(FarShare));

        double Bound(double share) => Math.Round(distances[(int)(distances.Length * share)], 4);
    }

    private static Tensor Pool(IReadOnlyList<ImageEncoding> encodings)
    {
        var features = stack(encodings.Select(e => tensor(e.Features, [e.FeatureTokens, e.FeatureWidth])));
        var mean = features.mean([1]);
        return cat([mean, (features.square().mean([1]) - mean.square()).clamp_min(Tiny).sqrt()], 1);
    }

    private static GraphBuilder Graph(int width, Tensor centre, Tensor whitening)
    {
        var parameters = new Dictionary<string, (long[], float[])>
        {
            ["centre"] = ([2 * width], centre.data<float>().ToArray()),
            ["whitening"] = ([2 * width, 2 * width], whitening.contiguous().data<float>().ToArray()),
        };
        var g = new GraphBuilder("familiarity", name => parameters[name]);
        var x = g.FloatInput("image_features", "batch", "tokens", width);
        var mean = Mean(x, 1);
        var variance = g.Op("Sub", Mean(g.Op("Mul", x, x), 1), g.Op("Mul", mean, mean));
        var pooled = g.Op("Concat", [mean, g.Op("Sqrt", g.Op("Max", variance, g.Scalar(Tiny)))], ("axis", 1));
        var white = g.Op("MatMul", g.Op("Sub", pooled, g.Parameter("centre")), g.Parameter("whitening"));
        g.Output(g.Op("Sqrt", Mean(g.Op("Mul", white, white), 1)), "distance", "batch");
        return g;

        string Mean(string of, long axis) => g.Op("ReduceMean", [of], ("axes", new[] { axis }), ("keepdims", 0));
    }
}
