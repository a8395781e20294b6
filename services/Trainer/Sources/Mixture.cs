using MultiModalMesh.Errors;

namespace MultiModalMesh.Trainer.Sources;

/// <param name="Source">Index of the source it came from.</param>
internal sealed record MixedSample(DrawnSample Drawn, int Source);

/// <summary>
/// Sources in the shares of their weights: the next sample is of the source that is furthest behind its share. So positions alone say what comes next,
/// and every stretch of the run has the same mixture.
/// </summary>
internal sealed class Mixture(IReadOnlyList<(ISampleSource Source, double Weight)> sources)
{
    private readonly double _total = sources.Sum(s => s.Weight);

    public IReadOnlyList<ISampleSource> Sources { get; } = [.. sources.Select(s => s.Source)];

    /// <param name="positions">Next position of each source; moved on.</param>
    /// <exception cref="MeshException">A whole round of a source has nothing for the stage.</exception>
    public async ValueTask<MixedSample> NextAsync(long[] positions, CancellationToken cancellationToken)
    {
        var chosen = Choose(positions);
        var source = Sources[chosen];
        for (var tries = 0L; source.Count == 0 || tries < source.Count; tries++)
        {
            if (await source.ReadAsync(positions[chosen]++, cancellationToken) is { } drawn)
            {
                return new MixedSample(drawn, chosen);
            }
        }

        throw new MeshException(
            ErrorReason.InvalidRequest,
            $"{source.Name} has nothing for this stage: captions or a label for contrastive and caption, questions with answers for vqa, turns, questions or captions for dialogue, and a picture with each.");
    }

    private int Choose(long[] positions)
    {
        var taken = positions.Sum() + 1;
        return Enumerable.Range(0, sources.Count).MaxBy(i => (sources[i].Weight / _total * taken) - positions[i]);
    }
}
