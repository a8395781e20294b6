using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;

namespace MultiModalMesh.Inference.Caching;

/// <summary>
/// Does the same work once for all who ask for it at the same time. It goes on for as long as one of them waits, whoever of them began it.
/// A failure that lies in what was asked for is everybody's; any other (a full queue, a deadline) is only the beginner's, and the next one
/// tries. Safe for concurrent use.
/// </summary>
internal sealed class SingleFlight<TKey, TValue>
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Flight> _flights = [];

    /// <param name="key">What makes it the same work.</param>
    /// <param name="priority">Who is interactive does not wait for work that goes as bulk, but begins it again.</param>
    /// <param name="work">Its token is cancelled when nobody waits any more.</param>
    /// <param name="joined">Called if work that was under way is waited for.</param>
    /// <param name="cancellationToken">Ends this caller's waiting.</param>
    public async Task<TValue> RunAsync(
        TKey key, JobPriority priority, Func<CancellationToken, Task<TValue>> work, Action joined, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (flight, leads) = Board(key, priority);
            if (leads)
            {
                _ = FlyAsync(key, flight, work);
            }
            else
            {
                joined();
            }

            try
            {
                return await flight.Landing.Task.WaitAsync(cancellationToken);
            }
            catch (Exception e) when (!leads && !cancellationToken.IsCancellationRequested && !LiesInTheRequest(e))
            {
                // Ends at the latest when everybody has led once.
            }
            finally
            {
                Leave(key, flight);
            }
        }
    }

    private static bool LiesInTheRequest(Exception error) =>
        error is MeshException { Reason.Category: ErrorCategory.InvalidArgument or ErrorCategory.TooLarge };

    private (Flight Flight, bool Leads) Board(TKey key, JobPriority priority)
    {
        lock (_gate)
        {
            if (_flights.TryGetValue(key, out var flight) && flight.Priority <= priority)
            {
                flight.Waiting++;
                return (flight, false);
            }

            flight = new Flight(priority) { Waiting = 1 };
            _flights[key] = flight;
            return (flight, true);
        }
    }

    private async Task FlyAsync(TKey key, Flight flight, Func<CancellationToken, Task<TValue>> work)
    {
        try
        {
            var value = await work(flight.Cancellation.Token);
            Remove(key, flight);
            flight.Landing.TrySetResult(value);
        }
        catch (OperationCanceledException)
        {
            Remove(key, flight);
            flight.Landing.TrySetCanceled(flight.Cancellation.Token);
        }
#pragma warning disable CA1031 // Whatever it is belongs to those who wait.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Remove(key, flight);
            flight.Landing.TrySetException(e);
            _ = flight.Landing.Task.Exception; // seen, even if nobody waits any more
        }
    }

    private void Leave(TKey key, Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Waiting > 0)
            {
                return;
            }
        }

        // Nobody can come aboard any more after it is off the list, and a new caller begins anew.
        Remove(key, flight);
        flight.Cancellation.Cancel();
    }

    private void Remove(TKey key, Flight flight)
    {
        lock (_gate)
        {
            if (_flights.TryGetValue(key, out var current) && current == flight)
            {
                _flights.Remove(key);
            }
        }
    }

    private sealed class Flight(JobPriority priority)
    {
        public JobPriority Priority { get; } = priority;

        public TaskCompletionSource<TValue> Landing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenSource Cancellation { get; } = new();

        /// <summary>Guarded by the gate.</summary>
        public int Waiting { get; set; }
    }
}
