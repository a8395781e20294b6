using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Tests;

/// <summary>The shipped pack answers reserved scenes as well as its card says, with room for the size of the sample.</summary>
public sealed class ShippedAccuracyTests(ShippedPack pack) : IClassFixture<ShippedPack>
{
    private const int Scenes = 100, Seed = 500_000;

    [Fact]
    public void Answers_about_reserved_scenes_are_right_as_often_as_measured()
    {
        var source = new SampleSource(ArtLibrary.Load(), Split.Test);
        var encoder = new DialogueEncoder(pack.Tokenizer);
        var (right, all) = (0, 0);
        foreach (var sample in Enumerable.Range(0, Scenes).Select(i => source.Create(Seed + i)))
        {
            var dialogue = encoder.Encode(sample.Turns, pack.Pack.ContextLength - pack.Pack.ImageTokens);
            var logits = pack.Decode(pack.Prompt(pack.See(sample.Pixels).Features, 0, dialogue.Tokens));
            foreach (var turn in dialogue.Targets.GroupBy(t => t.Turn))
            {
                all++;
                right += turn.All(t => Best(logits.Buffer.Span.Slice((pack.Pack.ImageTokens + t.Position) * logits.Dimensions[2], logits.Dimensions[2])) == t.Token) ? 1 : 0;
            }
        }

        Assert.True((double)right / all >= MinimumShare, $"{right} of {all} answers are right; at least {MinimumShare:P0} are expected.");
    }

    // All questions, below the figure of the model card by more than three standard errors of this sample.
    private const double MinimumShare = 0.94;

    private static int Best(ReadOnlySpan<float> logits) => logits.IndexOf(logits.ToArray().Max());
}
