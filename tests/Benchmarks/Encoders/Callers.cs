using System.Diagnostics;

namespace MultiModalMesh.Benchmarks.Encoders;

/// <summary>Concurrent callers, each with one request on its way.</summary>
internal static class Callers
{
    public const int Many = 32;

    /// <returns>Requests a second.</returns>
    public static async Task<double> RateAsync<TRequest>(IReadOnlyList<TRequest> requests, Func<TRequest, Task> call)
    {
        var next = -1;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < requests.Count; i = Interlocked.Increment(ref next))
            {
                await call(requests[i]);
            }
        })));
        return requests.Count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The batch size with which a loop gets most done.</summary>
    /// <param name="sizes">To try.</param>
    /// <param name="rate">Requests a second at a size.</param>
    public static int BestBatch(IEnumerable<int> sizes, Func<int, double> rate, Action<string> log)
    {
        var (best, bestRate) = (1, 0.0);
        foreach (var size in sizes)
        {
            rate(size); // The first run of a shape allocates.
            var reached = Enumerable.Range(0, 3).Max(_ => rate(size));
            log($"raw ONNX Runtime at batch {size}: {reached:F1} a second");
            (best, bestRate) = reached > bestRate ? (size, reached) : (best, bestRate);
        }

        return best;
    }

    /// <summary>Requests a second of a loop that takes them in batches.</summary>
    public static double LoopRate<TRequest>(TRequest[] requests, int batch, Action<TRequest[]> run)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var part in requests.Chunk(batch))
        {
            run(part);
        }

        return requests.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
