using System.Diagnostics;
using Grpc.Core;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Benchmarks.Orchestration;

/// <summary>Who posts turns and reads them to their end, as a gateway does for its client.</summary>
internal sealed class Caller(IOrchestration mesh)
{
    private const string Question = "What is there to be seen in the picture, and how many of each?";

    /// <summary>No user has more dialogues than people have.</summary>
    private const int DialoguesPerUser = 50;

    public IDialogueGrain Dialogue(int number) => mesh.Grains.GetGrain<IDialogueGrain>(new DialogueKey("default", $"user{number / DialoguesPerUser}", $"dialogue{number}").ToString());

    /// <returns>Milliseconds from the post until the last event.</returns>
    public async Task<double> TurnAsync(int number)
    {
        var dialogue = Dialogue(number);
        var start = Stopwatch.GetTimestamp();
        var turn = await dialogue.PostTurnAsync(new PostTurnCommand { RequestId = Guid.NewGuid().ToString("N"), Text = Question });
        await foreach (var happened in dialogue.WatchTurnAsync(turn.TurnId, 0, CancellationToken.None))
        {
            if (happened.Ended is { } ended && ended.State != TurnState.Done)
            {
                throw new InvalidOperationException($"The turn ended as {ended}.");
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <returns>Milliseconds of the same answer from the worker itself.</returns>
    public async Task<double> DirectAsync()
    {
        var start = Stopwatch.GetTimestamp();
        using var call = mesh.Decoder.Generate(new GenerateRequest { Messages = { new Message { Role = Message.Types.Role.User, Text = Question } } });
        await foreach (var _ in call.ResponseStream.ReadAllAsync())
        {
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>One turn each of dialogues from a number on, some at a time.</summary>
    /// <returns>Their milliseconds.</returns>
    public async Task<double[]> ManyAsync(int first, int count, int atOnce)
    {
        var times = new double[count];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var i && i < count)
            {
                times[i] = await TurnAsync(first + i);
            }
        }));
        return times;
    }
}
