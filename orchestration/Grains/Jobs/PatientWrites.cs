using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>Answers that are there must not get lost because the disk is full for a while.</summary>
internal static class PatientWrites
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <param name="write">May be repeated.</param>
    /// <param name="fails">Told of every failure of the store.</param>
    /// <param name="time">Measures the pauses.</param>
    /// <param name="cancellationToken">Ends the waiting, not a write.</param>
    public static async Task<T> RunAsync<T>(Func<Task<T>> write, Action<MeshException> fails, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var delay = FirstDelay; ; delay = delay < LongestDelay / 2 ? delay * 2 : LongestDelay)
        {
            try
            {
                return await write();
            }
            catch (MeshException e) when (e.Reason == ErrorReason.StorageFailed)
            {
                fails(e);
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }
}
