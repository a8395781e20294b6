using MultiModalMesh.Inference.Decoding;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

public sealed class TokenChooserTests
{
    private static readonly float[] Logits = [1, 3, 2, -1, 2.5f];

    private readonly TokenChooser _chooser = new(5, [0]);

    [Fact]
    public void A_bias_is_added_to_the_logits()
    {
        Assert.Equal(3, Choose(new() { LogitBias = new Dictionary<int, float> { [3] = 4.5f } }));
        Assert.Equal(4, Choose(new() { LogitBias = new Dictionary<int, float> { [1] = -100 } }));
        Assert.Equal(1, Choose(SamplingOptions.Greedy));
    }

    [Fact]
    public void A_token_that_was_there_is_penalised_once_however_often_it_was_there()
    {
        var sampling = new SamplingOptions { RepetitionPenalty = 1.25f };

        Assert.Equal(4, Choose(sampling, 1)); // 3 / 1.25 = 2.4 is below 2.5
        Assert.Equal(1, Choose(sampling, 1, 4)); // 2.5 / 1.25 = 2
        Assert.Equal(1, Choose(sampling, GenerationRequest.ImagePosition, 1, 1, 1, 4, 4));
        Assert.Equal(1, Choose(sampling with { RepetitionPenalty = 1 }, 1));
    }

    [Fact]
    public void A_penalty_makes_a_negative_logit_smaller()
    {
        var chooser = new TokenChooser(2, [0]);

        Assert.Equal(1, chooser.Choose([-2, -2.1f], new() { RepetitionPenalty = 1.5f }, [0], 0).Id);
    }

    [Fact]
    public void Log_probabilities_are_the_models_whatever_sampling_makes_of_them()
    {
        var sampling = new SamplingOptions { LogProbabilities = 3, Temperature = 0.1f, LogitBias = new Dictionary<int, float> { [3] = 100 } };
        var logSum = Math.Log(Logits.Sum(logit => Math.Exp(logit)));

        var chosen = _chooser.Choose(Logits, sampling, [], 0);

        Assert.Equal(3, chosen.Id);
        Assert.Equal(-1 - logSum, chosen.LogProbability!.Value, 1e-5);
        Assert.Equal([1, 4, 2], chosen.Alternatives.Select(alternative => alternative.Id));
        Assert.Equal([3 - logSum, 2.5 - logSum, 2 - logSum], chosen.Alternatives.Select(alternative => (double)alternative.LogProbability), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Log_probabilities_of_large_logits_are_finite()
    {
        var chosen = _chooser.Choose([500, 400, 0, -500, 499], new() { LogProbabilities = 0 }, [], 0);

        Assert.Equal(-0.3133f, chosen.LogProbability!.Value, 1e-3f);
        Assert.Empty(chosen.Alternatives);
    }

    private int Choose(SamplingOptions sampling, params int[] tokens) => _chooser.Choose(Logits, sampling, tokens, 0).Id;
}
