using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Grains.Tests;

internal static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Reads a turn's events to the end.</summary>
    public static async Task<IReadOnlyList<TurnEvent>> WatchAsync(this IDialogueGrain dialogue, string turnId, int after = 0)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        cancel.CancelAfter(Patience);
        List<TurnEvent> events = [];
        try
        {
            await foreach (var one in dialogue.WatchTurnAsync(turnId, after, cancel.Token))
            {
                events.Add(one);
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"Turn '{turnId}' did not end within {Patience}; {events.Count} events came, the last one: {events.LastOrDefault()}");
        }

        return events;
    }

    public static async Task<TurnView> EndAsync(this IDialogueGrain dialogue, string turnId) => (await dialogue.WatchAsync(turnId))[^1].Ended!;

    public static string Text(this IEnumerable<TurnEvent> events) => string.Concat(events.Select(one => one.TextDelta));

    public static async Task<TurnView> PostAsync(this IDialogueGrain dialogue, string text, string? requestId = null, TurnOptions? options = null, params string[] images) =>
        await dialogue.PostTurnAsync(new PostTurnCommand { RequestId = requestId ?? Guid.NewGuid().ToString(), Text = text, ImageIds = images, Options = options ?? new() });
}
