namespace MultiModalMesh.ModelHub.Hub;

/// <summary>Ends a wait for the network that has become hopeless.</summary>
internal static class Stall
{
    /// <exception cref="HubInterruptedException">Nothing came within <paramref name="timeout"/>.</exception>
    public static async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> wait, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await wait(linked.Token);
        }
        catch (OperationCanceledException failure) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HubInterruptedException($"nothing came for {timeout.TotalSeconds:0} s", inner: failure);
        }
    }
}
