using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using Orleans.Runtime;

namespace MultiModalMesh.Gateway.Dialogues;

/// <summary>What calls to grains throw, in the mesh's own terms.</summary>
internal static class GrainErrors
{
    // Longer than it takes until a silo's death is seen and its dialogues wake elsewhere. A call that was with the silo is not answered and
    // does not fail: a client of the cluster is told nothing of deaths, so an attempt has a time of its own.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AttemptTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    public static MeshException ToMeshException(DialogueException error) =>
        new(ErrorReason.Find(error.Reason) ?? ErrorReason.PeerFailed, error.Message, error)
        {
            Field = error.Field,
            RetryAfter = error.RetryAfter,
        };

    /// <summary>
    /// True if the silo, not the request, is at fault: the same call can succeed a moment later on another silo. A silo that was frozen while
    /// another one took the dialogue over says so itself.
    /// </summary>
    public static bool IsSiloGone(Exception error) => error is OrleansException or TimeoutException or EnumerationAbortedException
        || (error is DialogueException known && known.Reason == ErrorReason.PeerUnavailable.Code);

    public static MeshException SiloGone(Exception cause) =>
        new(ErrorReason.PeerUnavailable, "The part of the mesh that holds the dialogue cannot be reached now; try again.", cause);

    /// <summary>
    /// Calls a grain, again if its silo went away. A time-out leaves open whether the call was carried out, so only calls that may be repeated
    /// come here; every one of the dialogue's is made so.
    /// </summary>
    public static async Task<T> CallAsync<T>(Func<Task<T>> call, TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                return await call().WaitAsync(AttemptTime, time, cancellationToken);
            }
            catch (Exception error) when (IsSiloGone(error))
            {
                if (time.GetElapsedTime(began) + delay > Patience)
                {
                    throw SiloGone(error);
                }
            }
            catch (DialogueException error)
            {
                throw ToMeshException(error);
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }
}
