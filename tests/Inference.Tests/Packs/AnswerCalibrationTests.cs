using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs;

public sealed class AnswerCalibrationTests
{
    [Fact]
    public void An_identity_gives_the_probability_itself_and_no_answer_is_certain()
    {
        var calibration = new AnswerCalibration(1, 0, 0.5);
        Assert.Equal(0.25, calibration.Confidence(Math.Log(0.25)), 1e-9);
        Assert.InRange(calibration.Confidence(0), 0.99, 1);
        Assert.Equal(0, calibration.Confidence(-1000), 1e-9);
    }

    [Theory]
    [InlineData("{\"slope\":-1,\"intercept\":0,\"threshold\":0.5}", "calibration.slope")]
    [InlineData("{\"slope\":1,\"intercept\":0,\"threshold\":2}", "calibration.threshold")]
    [InlineData("{\"slope\":1,\"threshold\":0.5}", "calibration.intercept")]
    public void A_calibration_that_cannot_be_is_refused_by_its_field(string calibration, string field)
    {
        using var pack = TestPack.SmolLm2();
        var manifest = Path.Combine(pack.Folder, PackFiles.Manifest);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Trim()[..^1] + $", \"calibration\": {calibration}}}");
        var error = Assert.Throws<MeshException>(() => ModelPack.Load(pack.Folder, verifyChecksums: false));
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }
}
