using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Sources;

/// <summary>Puts the samples of a mixture, and their hard negatives, into batches.</summary>
internal sealed class BatchPlan(Mixture mixture, BatchComposer composer, TrainingSettings settings)
{
    /// <param name="positions">Of the sources before the step; not changed.</param>
    /// <param name="negatives">Null where none are wanted.</param>
    public async Task<StepBatches> ComposeAsync(long[] positions, HardNegatives? negatives, CancellationToken cancellationToken)
    {
        positions = [.. positions];
        var batches = new Batch[settings.Optimization.Accumulate];
        for (var i = 0; i < batches.Length; i++)
        {
            batches[i] = await NextAsync(positions, negatives, cancellationToken);
        }

        return new StepBatches(batches, null, positions);
    }

    private async Task<Batch> NextAsync(long[] positions, HardNegatives? negatives, CancellationToken cancellationToken)
    {
        var size = settings.Optimization.BatchSize;
        var samples = new List<DrawnSample>(size);
        while (samples.Count < size)
        {
            var next = await mixture.NextAsync(positions, cancellationToken);
            samples.Add(next.Drawn);
            foreach (var ordinal in negatives?.Of(next.Source, next.Drawn.Ordinal) ?? [])
            {
                if (samples.Count < size && await mixture.Sources[next.Source].FindAsync(ordinal, cancellationToken) is { } negative)
                {
                    samples.Add(negative);
                }
            }
        }

        return composer.Compose([.. samples.Select(s => s.Sample)]);
    }
}
