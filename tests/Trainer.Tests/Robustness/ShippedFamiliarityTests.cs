using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Robustness;

namespace MultiModalMesh.Trainer.Tests.Robustness;

/// <summary>The shipped pack, as it is served, tells pictures of its world from others.</summary>
public sealed class ShippedFamiliarityTests : IDisposable
{
    private const int Pictures = 25;

    private readonly AskedPack _pack = new(ShippedPack.Folder);

    [Theory]
    [InlineData("noise")]
    [InlineData("digits of seven segments")]
    public async Task It_is_unsure_of_what_it_says_about_another_world(string world)
    {
        var draw = OtherWorlds.All.Single(w => w.Name == world).Draw;
        Assert.InRange(await UnsureAsync(Enumerable.Range(0, Pictures).Select(draw)), 0.9, 1);
    }

    [Fact]
    public async Task It_keeps_its_confidence_about_its_own_world()
    {
        var source = new SampleSource(ArtLibrary.Load(), Split.Test);
        Assert.InRange(await UnsureAsync(Enumerable.Range(0, Pictures).Select(i => Distortion.None.Encode(source.CreateSingleObject(600_000 + i).Pixels, i))), 0, 0.2);
    }

    public void Dispose() => _pack.Dispose();

    private async Task<double> UnsureAsync(IEnumerable<byte[]> pictures)
    {
        DialogueTurn[] turns = [new(QuestionKind.What, false, "What is this?", "", [], [])];
        var seen = await Task.WhenAll(pictures.Select(p => _pack.SeeAsync(p, TestContext.Current.CancellationToken)));
        var answers = await _pack.AskAllAsync([.. seen.Select(s => (s, (IReadOnlyList<DialogueTurn>)turns))], "what", TestContext.Current.CancellationToken);
        return answers.Average(a => a[0].Confidence < _pack.Pack.Calibration!.Threshold ? 1.0 : 0);
    }
}
