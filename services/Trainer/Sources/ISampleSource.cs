using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Trainer.Sources;

/// <summary>Samples by position: the same position always gives the same sample, so a position is all that a checkpoint needs to remember.</summary>
internal interface ISampleSource
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <summary>Examples that come once in each round; 0 where there is no end.</summary>
    long Count { get; }

    /// <param name="position">From 0, without end: the next round begins where one ends.</param>
    /// <returns>Null where what stands there is of no use to the stage.</returns>
    ValueTask<DrawnSample?> ReadAsync(long position, CancellationToken cancellationToken);

    /// <summary>By its number instead: without augmentation, always the same words.</summary>
    ValueTask<DrawnSample?> FindAsync(long ordinal, CancellationToken cancellationToken);
}

/// <param name="Ordinal">Its number in the source.</param>
internal sealed record DrawnSample(Sample Sample, long Ordinal);
