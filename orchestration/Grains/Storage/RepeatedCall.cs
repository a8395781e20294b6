using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Storage;

/// <summary>Calls to a server that may be gone for a moment: an idempotent call is made again until it is answered or the time is up.</summary>
internal sealed class RepeatedCall(TimeProvider time)
{
    /// <summary>What a caller waits at most, and a little: the last attempt may begin right before.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    /// <param name="call">Gets whether an earlier attempt may have been carried out.</param>
    /// <param name="isLost">True for failures after which the outcome is open or nothing was done; any other means that it would fail again.</param>
    /// <param name="fail">The failure as the mesh speaks of it.</param>
    /// <param name="cancellationToken">Ends the waiting between attempts.</param>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>.</exception>
    public async Task<T> RunAsync<T>(Func<bool, Task<T>> call, Func<Exception, bool> isLost, Func<Exception, MeshException> fail, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var again = false;
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                return await call(again);
            }
            catch (Exception e) when (isLost(e) && time.GetElapsedTime(began) + delay < Patience)
            {
                again = true;
            }
            catch (Exception e) when (e is not (MeshException or OperationCanceledException))
            {
                throw fail(e);
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }
}
