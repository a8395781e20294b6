using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Order;
using MultiModalMesh.Errors;
using Split = MultiModalMesh.Datasets.Examples.Split;

namespace MultiModalMesh.Trainer.Sources;

/// <summary>One split of a data set on disk, in an order that is new in each round.</summary>
internal sealed class ExampleSource(Dataset dataset, Split split, long seed, bool skipBroken, StageWording wording, PictureView view, Augmentation? augmentation) : ISampleSource
{
    private readonly Scene _unknown = new(0, [], 0);
    private long _broken;

    public string Name => dataset.Path;

    public long Count => dataset.Count(split);

    /// <summary>Pictures left out because they cannot be read.</summary>
    public long Broken => _broken;

    public ValueTask<DrawnSample?> ReadAsync(long position, CancellationToken cancellationToken) =>
        SampleAsync(new Shuffle(Count, seed, checked((int)(position / Count)))[position % Count], position, cancellationToken);

    public ValueTask<DrawnSample?> FindAsync(long ordinal, CancellationToken cancellationToken) => SampleAsync(ordinal, -1, cancellationToken);

    public Task<Example> ExampleAsync(long ordinal, CancellationToken cancellationToken) => dataset.ReadAsync(split, ordinal, cancellationToken);

    private async ValueTask<DrawnSample?> SampleAsync(long ordinal, long position, CancellationToken cancellationToken)
    {
        try
        {
            var example = await ExampleAsync(ordinal, cancellationToken);
            if (example.Picture is not { } picture || wording.Write(example, seed, position) is not { } words)
            {
                return null;
            }

            var pixels = await view.ReadAsync(picture, cancellationToken);
            pixels = position < 0 ? pixels : augmentation?.Apply(pixels, seed, position) ?? pixels;
            return new DrawnSample(new Sample(_unknown, pixels, view.NoLabels, words.Turns, words.Sentence), ordinal);
        }
        catch (MeshException e) when (skipBroken && e.Reason.Category is ErrorCategory.InvalidArgument or ErrorCategory.NotFound or ErrorCategory.TooLarge)
        {
            _broken++;
            return null;
        }
    }
}
