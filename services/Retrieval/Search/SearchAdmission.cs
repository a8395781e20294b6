using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Retrieval.Search;

/// <summary>Lets a bounded number of searches run and a bounded number wait; the next one is refused at once instead of making all of them slow.</summary>
internal sealed class SearchAdmission : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _running;
    private int _admitted;

    public SearchAdmission(IOptions<RetrievalOptions> options)
    {
        Concurrency = options.Value.MaxConcurrentSearches is > 0 and var limit ? limit : Environment.ProcessorCount;
        Capacity = Concurrency + options.Value.MaxQueuedSearches;
        _running = new SemaphoreSlim(Concurrency, Concurrency);
    }

    /// <summary>Searches that run at a time.</summary>
    public int Concurrency { get; }

    /// <summary>Searches that run or wait before one is refused.</summary>
    public int Capacity { get; }

    /// <summary>Searches that run or wait now.</summary>
    public int Admitted => Volatile.Read(ref _admitted);

    /// <exception cref="MeshException"><see cref="ErrorReason.Overloaded"/>.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> search, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _admitted) > Capacity)
            {
                throw new MeshException(ErrorReason.Overloaded, $"{Capacity} searches run or wait, which is the limit (Retrieval:MaxConcurrentSearches, Retrieval:MaxQueuedSearches); try again.") { RetryAfter = RetryAfter };
            }

            await _running.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(search, cancellationToken);
            }
            finally
            {
                _running.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _admitted);
        }
    }

    public void Dispose() => _running.Dispose();
}
