using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Tests.Training;

public sealed class BatchStreamTests(ShippedPack pack) : IClassFixture<ShippedPack>
{
    private const int Size = 2, First = 1000;

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(13)]
    public async Task A_resumed_stream_goes_on_with_the_very_next_batch(int done)
    {
        var source = new SampleSource(ArtLibrary.Load(), Split.Train);
        var composer = new BatchComposer(new PictoShape { Vocabulary = pack.Tokenizer.VocabularySize }, new DialogueEncoder(pack.Tokenizer));
        await using var undisturbed = new BatchStream(source, composer, Size, Size, new RunState { FirstSample = First, NextSample = First, NextTextOnly = First });
        for (var i = 0; i < done; i++)
        {
            await undisturbed.NextAsync(TestContext.Current.CancellationToken);
        }

        var state = new RunState { Step = done, FirstSample = First, NextSample = First + (done * Size), NextTextOnly = First + Size };
        await using var resumed = new BatchStream(source, composer, Size, Size, state);
        for (var i = 0; i < 6; i++)
        {
            var (expected, expectedText) = await undisturbed.NextAsync(TestContext.Current.CancellationToken);
            var (actual, actualText) = await resumed.NextAsync(TestContext.Current.CancellationToken);
            Assert.Equal(expected.Pixels, actual.Pixels);
            Assert.Equal(expected.Tokens, actual.Tokens);
            Assert.Equal(expectedText?.Tokens, actualText?.Tokens);
        }
    }
}
