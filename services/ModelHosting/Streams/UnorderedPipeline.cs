using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace MultiModalMesh.ModelHosting.Streams;

/// <summary>
/// Answers a stream of requests with a bounded number in work at a time, in the order in which they are done. While the work is at its
/// bound nothing is read, so the sender is slowed by HTTP/2's flow control and nothing piles up.
/// </summary>
public static class UnorderedPipeline
{
    /// <param name="requests">What comes in.</param>
    /// <param name="concurrency">Requests in work at a time, 1 or more.</param>
    /// <param name="work">Answers one request; an exception ends the stream with it.</param>
    /// <param name="write">Sends an answer; never called twice at a time.</param>
    /// <param name="cancellationToken">Ends everything.</param>
    public static async Task AnswerAsync<TRequest, TResponse>(
        IAsyncEnumerable<TRequest> requests,
        int concurrency,
        Func<TRequest, CancellationToken, Task<TResponse>> work,
        Func<TResponse, CancellationToken, Task> write,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(write);
        Exception? first = null;
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // A slow reader of the answers blocks the work, not the memory.
        var answers = Channel.CreateBounded<TResponse>(new BoundedChannelOptions(concurrency) { SingleReader = true });
        var working = Guard(Parallel.ForEachAsync(
            requests,
            new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = failing.Token },
            async (request, token) => await answers.Writer.WriteAsync(await work(request, token), token)));
        var writing = Guard(WriteAllAsync());
        _ = working.ContinueWith(_ => answers.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        try
        {
            await Task.WhenAll(working, writing);
        }
        catch when (first is not null)
        {
            // The one that failed first tells why; the other one only knows that it was cancelled.
            ExceptionDispatchInfo.Throw(first);
        }

        async Task WriteAllAsync()
        {
            await foreach (var answer in answers.Reader.ReadAllAsync(failing.Token))
            {
                await write(answer, failing.Token);
            }
        }

        async Task Guard(Task part)
        {
            try
            {
                await part;
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, e, null);
                await failing.CancelAsync();
                throw;
            }
        }
    }
}
