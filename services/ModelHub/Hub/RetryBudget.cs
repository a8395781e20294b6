using System.Globalization;
using MultiModalMesh.Errors;

namespace MultiModalMesh.ModelHub.Hub;

/// <summary>Repeats what was interrupted, with growing delays, a bounded number of times over a whole pull. Not safe for concurrent use.</summary>
internal sealed class RetryBudget(HubOptions options, TimeProvider time)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private int _left = options.MaxRetries;

    /// <param name="what">What is being done, for the message: "Downloading 'config.json'".</param>
    /// <param name="attempt">Throws <see cref="HubInterruptedException"/> where another attempt may help.</param>
    /// <param name="progress">Bytes so far: a failure after some progress begins the delays anew.</param>
    /// <param name="interrupted">Told before every wait.</param>
    /// <exception cref="MeshException">HubUnavailable, or Overloaded with the delay that the hub asks for.</exception>
    public async Task<T> RunAsync<T>(
        string what, Func<CancellationToken, Task<T>> attempt, Func<long> progress, Action<string>? interrupted, CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            var before = progress();
            try
            {
                return await attempt(cancellationToken);
            }
            catch (HubInterruptedException failure)
            {
                failures = progress() > before ? 1 : failures + 1;
                _left--;
                if (_left < 0 || failures > options.MaxFailuresInARow)
                {
                    throw new MeshException(
                        ErrorReason.HubUnavailable,
                        $"{what} was given up: {failure.Message}, after {options.MaxRetries - Math.Max(0, _left)} repetitions. Run the command again later; it goes on where this one stopped.",
                        failure);
                }

                var delay = failure.RetryAfter ?? Backoff(failures);
                if (delay > options.LongestWait)
                {
                    throw new MeshException(
                        ErrorReason.Overloaded,
                        $"{what} was given up: {failure.Message} and asks to wait {Seconds(delay)}. Run the command again after that; it goes on where this one stopped.",
                        failure)
                    {
                        RetryAfter = delay,
                    };
                }

                interrupted?.Invoke($"{failure.Message}; next attempt in {Seconds(delay)}");
                await Task.Delay(delay, time, cancellationToken);
            }
        }
    }

    /// <summary>Doubles from half a second to half a minute; up to a quarter is added by chance, so that many clients do not come back at once.</summary>
    internal static TimeSpan Backoff(int failures)
    {
        var delay = Math.Min(LongestDelay.TotalSeconds, FirstDelay.TotalSeconds * Math.Pow(2, failures - 1));
        return TimeSpan.FromSeconds(delay * (1 + (Random.Shared.NextDouble() / 4)));
    }

    private static string Seconds(TimeSpan delay) => string.Create(CultureInfo.InvariantCulture, $"{delay.TotalSeconds:0.#} s");
}
