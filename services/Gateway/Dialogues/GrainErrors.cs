using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using Orleans.Runtime;

namespace MultiModalMesh.Gateway.Dialogues;

/// <summary>What calls to grains throw, in the mesh's own terms.</summary>
internal static class GrainErrors
{
    private const int Attempts = 3;

    public static MeshException ToMeshException(DialogueException error) =>
        new(ErrorReason.Find(error.Reason) ?? ErrorReason.PeerFailed, error.Message, error)
        {
            Field = error.Field,
            RetryAfter = error.RetryAfter,
        };

    /// <summary>True if the silo, not the request, is at fault: the same call can succeed a moment later on another silo.</summary>
    public static bool IsSiloGone(Exception error) => error is OrleansException or TimeoutException or EnumerationAbortedException;

    public static MeshException SiloGone(Exception cause) =>
        new(ErrorReason.PeerUnavailable, "The part of the mesh that holds the dialogue cannot be reached now; try again.", cause);

    /// <summary>
    /// Calls a grain, again if its silo went away. A time-out leaves open whether the call was carried out, so only calls that may be repeated
    /// come here; every one of the dialogue's is made so.
    /// </summary>
    public static async Task<T> CallAsync<T>(Func<Task<T>> call, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call().WaitAsync(cancellationToken);
            }
            catch (DialogueException error)
            {
                throw ToMeshException(error);
            }
            catch (Exception error) when (IsSiloGone(error) && attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), time, cancellationToken);
            }
            catch (Exception error) when (IsSiloGone(error))
            {
                throw SiloGone(error);
            }
        }
    }
}
