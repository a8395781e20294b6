using MultiModalMesh.Trainer.Robustness;

namespace MultiModalMesh.Trainer.Tests.Robustness;

public sealed class PlattFitTests
{
    [Fact]
    public void Answers_that_are_too_sure_of_themselves_become_as_sure_as_they_are_right()
    {
        var random = new Random(5);

        // Says 95 % where 70 % are right, and 99.9 % where 97 % are.
        (double, bool)[] answers = [.. Enumerable.Range(0, 4000).Select(i => i % 2 == 0 ? (Math.Log(0.95), random.NextDouble() < 0.7) : (Math.Log(0.999), random.NextDouble() < 0.97))];
        var calibration = PlattFit.Fit(answers);
        Assert.Equal(0.7, calibration.Confidence(Math.Log(0.95)), 0.04);
        Assert.Equal(0.97, calibration.Confidence(Math.Log(0.999)), 0.02);
    }

    [Fact]
    public void Error_and_ranking_are_those_of_a_case_done_by_hand()
    {
        (double, bool)[] answers = [(0.9, true), (0.9, false), (0.3, false), (0.3, true)];
        Assert.Equal(0.3, PlattFit.ExpectedError(answers), 1e-9); // |0.9 - 0.5| / 2 + |0.3 - 0.5| / 2
        Assert.Equal(0.5, PlattFit.Auroc(answers), 1e-9);
    }
}
