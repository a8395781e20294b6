using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Trainer.Sources;

/// <summary>The world of drawings: dialogues and sentences as picto learned them, whatever the stage.</summary>
/// <param name="first">Index of the first sample.</param>
internal sealed class SyntheticSource(SampleSource scenes, long first) : ISampleSource
{
    public string Name => "synthetic";

    public long Count => 0;

    public ValueTask<DrawnSample?> ReadAsync(long position, CancellationToken cancellationToken) => FindAsync(position, cancellationToken);

    public ValueTask<DrawnSample?> FindAsync(long ordinal, CancellationToken cancellationToken) => ValueTask.FromResult<DrawnSample?>(new DrawnSample(scenes.Create(first + ordinal), ordinal));
}
