using System.Collections.Concurrent;
using System.Diagnostics;
using MultiModalMesh.Chaos.Load;

namespace MultiModalMesh.Chaos.Rolling;

/// <summary>Turns of dialogues that come and go, through a balancer.</summary>
internal sealed class TurnLoad(Balancer balancer, Random random)
{
    private const int TurnsOfDialogue = 3, MaxTokens = 40, ClosedClients = 16;

    /// <summary>Longer than any wait that the mesh promises to end by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<(string Id, int Turns)> _idle = new();
    private int _dialogues;

    /// <summary>As many turns as the mesh answers where each client posts the next when it has its answer.</summary>
    /// <returns>Turns a second.</returns>
    public async Task<double> CapacityAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var (start, done) = (Stopwatch.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, ClosedClients).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                await TurnAsync(cancellationToken);
                Interlocked.Increment(ref done);
            }
        }));
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Turns at random times, whether those before have been answered or not, until something is over.</summary>
    /// <param name="rate">A second, on average.</param>
    /// <param name="until">No new turn is posted when this has ended; those that run are waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<TurnRecord>> RunAsync(double rate, Task until, CancellationToken cancellationToken)
    {
        var running = new List<Task<TurnRecord>>();
        var (start, due) = (Stopwatch.GetTimestamp(), 0.0);
        while (!until.IsCompleted)
        {
            due -= Math.Log(1 - random.NextDouble()) / rate;
            if (TimeSpan.FromSeconds(due) - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } early)
            {
                await Task.WhenAny(until, Task.Delay(early, cancellationToken));
            }

            running.Add(TurnAsync(cancellationToken));
        }

        return await Task.WhenAll(running);
    }

    private async Task<TurnRecord> TurnAsync(CancellationToken cancellationToken)
    {
        var dialogue = _idle.TryDequeue(out var idle) ? idle : (Id: $"rolling-{Interlocked.Increment(ref _dialogues)}", Turns: 0);
        var turn = new ObservedTurn(new PlannedTurn($"Tell {Random.Shared.Next(1000)}.", MaxTokens, 0, 1), Guid.NewGuid().ToString("N"));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var (start, firstToken, repeats) = (Stopwatch.GetTimestamp(), (TimeSpan?)null, 0);
        string? failure;
        try
        {
            // Each request goes where the balancer sends it.
            var post = new MeshClient(balancer.InRotation, 0);
            turn.TurnId = await post.PostAsync(dialogue.Id, turn, patience.Token);
            var watch = new MeshClient(balancer.InRotation, 0);
            await watch.WatchAsync(dialogue.Id, turn, () => firstToken ??= Stopwatch.GetElapsedTime(start), patience.Token);
            repeats = post.Repeats + watch.Repeats;
            failure = turn.End?.Failure ?? turn.Oddity;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && error is OperationCanceledException or InvalidOperationException)
        {
            failure = error is OperationCanceledException ? $"no end within {Patience}" : error.Message;
        }

        if (dialogue.Turns + 1 < TurnsOfDialogue && failure is null)
        {
            _idle.Enqueue((dialogue.Id, dialogue.Turns + 1));
        }

        return new TurnRecord(firstToken, Stopwatch.GetElapsedTime(start), failure, repeats);
    }
}
