using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs;

public sealed class FamiliarDistancesTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(1.25, 0.5)]
    [InlineData(1.5, 0)]
    [InlineData(40, 0)]
    [InlineData(double.NaN, 0)]
    public void Confidence_is_kept_when_near_and_lost_when_far(double distance, double share) =>
        Assert.Equal(share, new FamiliarDistances(1, 1.5).Share(distance), 1e-9);

    [Theory]
    [InlineData("{\"near\":1}", "calibration.familiar.far is missing")]
    [InlineData("{\"near\":1,\"far\":1}", "calibration.familiar.far is not above near")]
    [InlineData("{\"near\":1,\"far\":2}", "does not list 'onnx/familiarity_model.onnx', which calibration.familiar needs")]
    public void Distances_that_cannot_be_used_are_refused_with_what_is_wrong(string familiar, string message)
    {
        using var pack = TestPack.SmolLm2();
        var manifest = Path.Combine(pack.Folder, PackFiles.Manifest);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Trim()[..^1] + $", \"calibration\": {{\"slope\":1,\"intercept\":0,\"threshold\":0.5,\"familiar\":{familiar}}}}}");
        var error = Assert.Throws<MeshException>(() => ModelPack.Load(pack.Folder, verifyChecksums: false));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
