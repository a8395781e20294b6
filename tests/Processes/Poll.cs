namespace MultiModalMesh.TestProcesses;

/// <summary>For states that announce themselves to nobody: asks again until a deadline, and then says what it last saw.</summary>
internal static class Poll
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task UntilAsync<T>(Func<Task<T>> read, Func<T, bool> wanted, string what, CancellationToken cancellationToken) =>
        UntilAsync(read, wanted, () => what, cancellationToken);

    /// <param name="read">What is asked again and again.</param>
    /// <param name="wanted">Ends the waiting.</param>
    /// <param name="what">Is awaited, for the message of a failure.</param>
    /// <param name="cancellationToken">Ends the waiting, too.</param>
    /// <param name="patience">One minute if left out.</param>
    public static async Task UntilAsync<T>(
        Func<Task<T>> read, Func<T, bool> wanted, Func<string> what, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience ?? Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var last = await read();
        while (!wanted(last))
        {
            try
            {
                await tick.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {(patience ?? Patience).TotalSeconds:0} s for {what()}; last seen: {last}");
            }

            last = await read();
        }
    }
}
