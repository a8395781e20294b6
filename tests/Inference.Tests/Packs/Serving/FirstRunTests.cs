using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs.Serving;

public sealed class FirstRunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tiny-smollm2")]
    [InlineData("tiny-smolvlm")]
    [InlineData("tiny-clip")]
    [InlineData("tiny-siglip")]
    [InlineData("tiny-vit-gpt2")]
    public async Task Every_kind_of_pack_runs_before_it_is_offered(string name)
    {
        using var pool = Open(Fixtures.Path(name), PackParts.All);

        await pool.StartAsync(Cancellation);

        var pack = Assert.Single(pool.Packs);
        Assert.Equal((true, null), (pack.IsOffered, pack.Error));
    }

    [Fact]
    public async Task A_decoder_that_needs_a_picture_runs_without_the_encoder_of_it()
    {
        using var pool = Open(Fixtures.Path("tiny-vit-gpt2"), PackParts.Decoder);

        await pool.StartAsync(Cancellation);

        Assert.Null(Assert.Single(pool.Packs).Error);
    }

    private static PackPool Open(string folder, PackParts parts) =>
        new(() => [folder], parts, new InferenceOptions(), new PackPoolOptions { WarmUp = true });
}
