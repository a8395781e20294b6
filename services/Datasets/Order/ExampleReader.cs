using System.Runtime.CompilerServices;
using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Order;

/// <summary>How far a reader is: everything that it takes to go on after a restart.</summary>
/// <param name="Epoch">Times that all examples were read.</param>
/// <param name="Position">Examples of this epoch that were read.</param>
public readonly record struct Cursor(int Epoch, long Position);

/// <summary>Reads the examples of a split one after the other while the next ones are prepared on other threads.</summary>
public static class ExampleReader
{
    /// <param name="seed">Of the order, another in every epoch; null: the order of the files.</param>
    /// <param name="from">Where to go on; <c>default</c> for the start.</param>
    /// <param name="epochs">Where to end: after that many in all.</param>
    /// <param name="parallelism">Examples that are prepared at a time, and held at most.</param>
    /// <param name="prepare">Reads and decodes its picture, or whatever takes time. What it throws comes out in the example's turn.</param>
    /// <returns>In order, whatever was ready first; each with the cursor from which the one after it would be read.</returns>
    public static async IAsyncEnumerable<(T Value, Cursor Next)> ReadAsync<T>(
        Dataset dataset, Split split, long? seed, Cursor from, int epochs, int parallelism, Func<Example, CancellationToken, Task<T>> prepare,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = new Queue<(Task<T> Value, Cursor Next)>(parallelism);
        try
        {
            foreach (var (ordinal, next) in Order(dataset.Count(split), seed, from, epochs))
            {
                if (ahead.Count == parallelism)
                {
                    var (value, cursor) = ahead.Dequeue();
                    yield return (await value, cursor);
                }

                ahead.Enqueue((Task.Run(async () => await prepare(await dataset.ReadAsync(split, ordinal, stop.Token), stop.Token), stop.Token), next));
            }

            while (ahead.TryDequeue(out var last))
            {
                yield return (await last.Value, last.Next);
            }
        }
        finally
        {
            // A reader that leaves early must not leave work behind.
            await stop.CancelAsync();
            await Task.WhenAll(ahead.Select(task => task.Value)).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private static IEnumerable<(long Ordinal, Cursor Next)> Order(long count, long? seed, Cursor from, int epochs)
    {
        for (var epoch = from.Epoch; count > 0 && epoch < epochs; epoch++)
        {
            var shuffle = new Shuffle(count, seed ?? 0, epoch);
            for (var position = epoch == from.Epoch ? from.Position : 0; position < count; position++)
            {
                yield return (seed is null ? position : shuffle[position], position + 1 == count ? new Cursor(epoch + 1, 0) : new Cursor(epoch, position + 1));
            }
        }
    }
}
