using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Tests.Training;

public sealed class BatchComposerTests(ShippedPack pack) : IClassFixture<ShippedPack>
{
    private static readonly Lazy<Sample[]> Samples = new(() =>
    {
        var source = new SampleSource(ArtLibrary.Load(), Split.Validation);
        return [.. Enumerable.Range(0, 8).Select(i => source.Create(i))];
    });

    private Batch Compose() => new BatchComposer(new PictoShape { Vocabulary = pack.Tokenizer.VocabularySize }, new DialogueEncoder(pack.Tokenizer)).Compose(Samples.Value);

    [Fact]
    public void Every_answer_position_counts_the_picture_before_the_text()
    {
        var batch = Compose();
        for (var i = 0; i < batch.Targets.Length; i++)
        {
            var sample = batch.TargetTurns[i].Sample;
            var position = batch.AnswerPositions[batch.AnswerIndex[i]];
            Assert.Equal(batch.Targets[i], batch.Tokens[(sample * batch.TextLength) + position - 64 + 1]);
        }
    }

    [Fact]
    public void Centres_of_covered_patches_lead_to_an_object()
    {
        var batch = Compose();
        for (var i = 0; i < batch.Covered.Length; i++)
        {
            if (batch.Covered[i] > 0)
            {
                var x = ((i % 8) + 0.5f + batch.Centres[2 * i]) / 8;
                var y = ((i % 64 / 8) + 0.5f + batch.Centres[(2 * i) + 1]) / 8;
                Assert.Contains(Samples.Value[i / 64].Scene.Objects, o => Math.Abs(o.CenterX - x) < 1e-4 && Math.Abs(o.CenterY - y) < 1e-4);
            }
        }
    }

    [Fact]
    public void Every_noun_looks_at_patches_or_at_itself()
    {
        var batch = Compose();
        var sequence = 64 + batch.TextLength;
        Assert.NotEmpty(batch.Mentions.Rows);
        for (var row = 0; row < batch.Mentions.Rows.Length; row++)
        {
            var looked = Enumerable.Range(0, sequence).Where(i => batch.Mentions.Targets[(row * sequence) + i] == 1).ToArray();
            Assert.True(looked is [.., < 64] || looked.SequenceEqual([(int)(batch.Mentions.Rows[row] % sequence)]), string.Join(' ', looked));
        }
    }

    [Fact]
    public void Every_placed_noun_means_an_object_with_that_centre()
    {
        var batch = Compose();
        var sequence = 64 + batch.TextLength;
        Assert.NotEmpty(batch.Places.Rows);
        for (var row = 0; row < batch.Places.Rows.Length; row++)
        {
            Assert.Contains(batch.Places.Rows[row], batch.Mentions.Rows);
            var (x, y) = (batch.Places.Centres[2 * row] / 8, batch.Places.Centres[(2 * row) + 1] / 8);
            Assert.Contains(Samples.Value[batch.Places.Rows[row] / sequence].Scene.Objects, o => Math.Abs(o.CenterX - x) < 1e-4 && Math.Abs(o.CenterY - y) < 1e-4);
        }
    }

    [Fact]
    public void Every_pointer_looks_at_patches_of_an_object()
    {
        var batch = Compose();
        var sequence = 64 + batch.TextLength;
        Assert.NotEmpty(batch.Pointers.Rows);
        Assert.All(Enumerable.Range(0, batch.Pointers.Rows.Length), row => Assert.Contains(1f, batch.Pointers.Targets[(row * sequence)..((row * sequence) + 64)]));
    }
}
