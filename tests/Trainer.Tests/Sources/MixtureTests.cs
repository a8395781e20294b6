using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Errors;
using MultiModalMesh.Trainer.Sources;

namespace MultiModalMesh.Trainer.Tests.Sources;

public sealed class MixtureTests
{
    private static readonly Sample Nothing = new(new Scene(0, [], 0), [], [], [], "");

    [Fact]
    public async Task Every_stretch_has_the_shares_of_the_weights()
    {
        var mixture = new Mixture([(new Numbers(7), 3), (new Numbers(0), 1)]);
        var positions = new long[2];
        var drawn = await DrawAsync(mixture, positions, 40);
        Assert.Equal([30, 10], positions);
        Assert.All(drawn.Chunk(4), four => Assert.Equal(1, four.Count(d => d.Source == 1)));
    }

    [Fact]
    public async Task Positions_alone_say_what_comes_next()
    {
        var mixture = new Mixture([(new Numbers(5), 0.7), (new Numbers(11), 0.2), (new Numbers(0), 0.1)]);
        var undisturbed = await DrawAsync(mixture, new long[3], 60);
        var positions = new long[3];
        var before = await DrawAsync(mixture, positions, 23);
        var after = await DrawAsync(new Mixture([(new Numbers(5), 0.7), (new Numbers(11), 0.2), (new Numbers(0), 0.1)]), [.. positions], 37);
        Assert.Equal(undisturbed, before.Concat(after));
    }

    [Fact]
    public async Task What_is_of_no_use_is_passed_over()
    {
        var mixture = new Mixture([(new Numbers(6, ordinal => ordinal % 2 == 0), 1)]);
        var drawn = await DrawAsync(mixture, new long[1], 6);
        Assert.All(drawn, d => Assert.Equal(0, d.Ordinal % 2));
    }

    [Fact]
    public async Task A_source_with_nothing_for_the_stage_is_told()
    {
        var refusal = await Assert.ThrowsAsync<MeshException>(() => DrawAsync(new Mixture([(new Numbers(6, _ => false), 1)]), new long[1], 1));
        Assert.StartsWith("numbers has nothing for this stage", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<List<(int Source, long Ordinal)>> DrawAsync(Mixture mixture, long[] positions, int count)
    {
        var drawn = new List<(int, long)>();
        for (var i = 0; i < count; i++)
        {
            var next = await mixture.NextAsync(positions, TestContext.Current.CancellationToken);
            drawn.Add((next.Source, next.Drawn.Ordinal));
        }

        return drawn;
    }

    /// <summary>Each sample is its number.</summary>
    private sealed class Numbers(long count, Func<long, bool>? useful = null) : ISampleSource
    {
        public string Name => "numbers";

        public long Count => count;

        public ValueTask<DrawnSample?> ReadAsync(long position, CancellationToken cancellationToken) => FindAsync(count == 0 ? position : position % count, cancellationToken);

        public ValueTask<DrawnSample?> FindAsync(long ordinal, CancellationToken cancellationToken) =>
            ValueTask.FromResult(useful?.Invoke(ordinal) == false ? null : new DrawnSample(Nothing, ordinal));
    }
}
