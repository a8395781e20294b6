using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Settings;

namespace MultiModalMesh.Trainer.Tests.Model;

public sealed class LearningRatesTests
{
    private static readonly PictoShape Shape = new() { Vocabulary = 300 };

    [Fact]
    public void Layers_far_from_the_output_learn_slower()
    {
        var rates = new LearningRates(Shape, new OptimizationSettings { LayerDecay = 0.5 }, hasAdapters: false);
        Assert.Equal(1, rates.Of("decoder.norm.weight"));
        Assert.Equal(0.5f, rates.Of("decoder.blocks.3.query.weight"));
        Assert.Equal(0.0625f, rates.Of("decoder.blocks.0.query.weight"));
        Assert.Equal(0.03125f, rates.Of("embed_tokens.weight"));
        Assert.Equal(0.125f, rates.Of("vision.stem.4.weight"));
    }

    [Fact]
    public void Frozen_parts_have_exceptions()
    {
        var rates = new LearningRates(Shape, new OptimizationSettings { Frozen = ["vision.*", "text.*"], Trained = ["vision.embedding.*"] }, hasAdapters: false);
        Assert.Equal(0, rates.Of("vision.blocks.0.query.weight"));
        Assert.Equal(1, rates.Of("vision.embedding.weight"));
        Assert.Equal(1, rates.Of("decoder.norm.weight"));
    }

    [Fact]
    public void Beside_adapters_nothing_learns_but_what_is_named()
    {
        var rates = new LearningRates(Shape, new OptimizationSettings { Trained = ["temperature"] }, hasAdapters: true);
        Assert.Equal(0, rates.Of("decoder.blocks.3.query.weight"));
        Assert.Equal(1, rates.Of("temperature"));
        Assert.Equal(1, rates.Of("decoder.blocks.3.query.weight" + LowRank.DownSuffix));
    }
}
