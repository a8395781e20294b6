using System.Text.Json;
using MultiModalMesh.Chaos.Load;

namespace MultiModalMesh.Chaos.Rounds;

/// <summary>Compares what the mesh has stored, and what its clients saw, with what it promised.</summary>
internal sealed class Verdict
{
    private readonly List<string> _findings = [];

    public int Acknowledged { get; private set; }

    public int Lost { get; private set; }

    public int Doubled { get; private set; }

    public int Stuck { get; private set; }

    public int Failed { get; private set; }

    public int Different { get; private set; }

    public IReadOnlyList<string> Findings => _findings;

    /// <param name="run">A dialogue whose clients are done.</param>
    /// <param name="expected">The answers of the calm mesh.</param>
    /// <param name="dialogue">As a gateway returns it; undefined if it does not know it.</param>
    public void Judge(DialogueRun run, IReadOnlyList<string> expected, JsonElement dialogue)
    {
        var stored = dialogue.ValueKind == JsonValueKind.Undefined ? [] : dialogue.GetProperty("turns").EnumerateArray().ToArray();
        foreach (var (turn, answer) in run.Turns.Zip(expected))
        {
            var found = stored.Where(one => one.GetProperty("requestId").GetString() == turn.RequestId).ToArray();
            if (found.Length > 1)
            {
                Doubled++;
                Find(run, turn, $"is in the dialogue {found.Length} times");
            }

            if (turn.TurnId is not null)
            {
                Acknowledged++;
                Judge(run, turn, answer, found);
            }
        }

        foreach (var stranger in stored.Where(one => run.Turns.All(turn => turn.RequestId != one.GetProperty("requestId").GetString())))
        {
            Doubled++;
            _findings.Add($"{run.Id}: nobody asked for {stranger}");
        }
    }

    private void Judge(DialogueRun run, ObservedTurn turn, string expected, JsonElement[] found)
    {
        if (found.Length == 0)
        {
            Lost++;
            Find(run, turn, "was acknowledged and is not in the dialogue");
            return;
        }

        var (state, answer) = (found[0].GetProperty("state").GetString(), found[0].GetProperty("answer").GetString()!);
        if (state is "failed" or "cancelled")
        {
            Failed++;
            Find(run, turn, $"ended as {found[0]}");
        }
        else if (state != "done" || turn.End is null)
        {
            Stuck++;
            Find(run, turn, $"is '{state}' with {answer.Length} characters, its reader has event {turn.Sequence}{(turn.End is null ? " and no end" : "")}");
        }
        else if (answer != expected)
        {
            Different++;
            var same = answer.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
            Find(run, turn, $"differs from character {same} on: '{answer[same..]}' instead of '{expected[same..]}'");
        }
        else if (turn.Oddity is not null || turn.End?.Answer != answer || found[0].GetProperty("turnId").GetString() != turn.TurnId)
        {
            Different++;
            Find(run, turn, turn.Oddity ?? $"was streamed as {turn.TurnId} '{turn.End?.Answer}' and is stored as {found[0]}");
        }
    }

    private void Find(DialogueRun run, ObservedTurn turn, string what) => _findings.Add($"{run.Id}/{turn.TurnId ?? turn.RequestId} {what}");
}
