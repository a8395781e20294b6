namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>For states that announce themselves to nobody: asks again until a deadline, and then says what it last saw.</summary>
internal static class Poll
{
    public static Task UntilAsync<T>(Func<Task<T>> read, Func<T, bool> wanted, string what, CancellationToken cancellationToken) =>
        UntilAsync(read, wanted, () => what, cancellationToken);

    public static async Task UntilAsync<T>(Func<Task<T>> read, Func<T, bool> wanted, Func<string> what, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
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
                throw new TimeoutException($"Waited 60 s for {what()}; last seen: {last}");
            }

            last = await read();
        }
    }
}
