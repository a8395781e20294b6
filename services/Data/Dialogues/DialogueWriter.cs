using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>Writes a dialogue of 5..8 turns and at most 90 words about a scene.</summary>
/// <param name="dropQuestionMark">Share of questions that lose their final '?', as typed by people in a hurry.</param>
/// <param name="captionShare">Share of dialogues in which a description is asked for.</param>
internal sealed class DialogueWriter(double dropQuestionMark, double captionShare)
{
    private const int MinimumTurns = 5;
    private const int MaximumTurns = 8;
    private const int MaximumWords = 90;
    private const double FollowUpShare = 0.6;

    // Positions and relations are the hardest to learn, so they are asked two to three times as often as the rest.
    private static readonly (double Weight, Func<SceneGraph, RandomStream, Draft?> Ask)[] Askers =
    [
        (2.5, Inventory.What),
        (1.2, (graph, random) => Inventory.CountKind(graph, random)),
        (0.7, Inventory.CountObjects),
        (0.5, (graph, random) => Inventory.Background(graph, random)),
        (0.9, (graph, random) => Inventory.Presence(graph, random)),
        (9, Positions.Where),
        (1.2, (graph, random) => Positions.IsAt(graph, random)),
        (1, (graph, random) => Positions.NameAt(graph, random)),
        (0.6, Positions.Furthest),
        (2.2, (graph, random) => Relations.What(graph, random)),
        (6, Relations.YesNo),
        (0.17, (_, random) => SmallTalk.Ask(random, withPicture: true)),
    ];

    private static readonly double[] Weights = [.. Askers.Select(a => a.Weight)];

    public IReadOnlyList<DialogueTurn> Write(SceneGraph graph, RandomStream random)
    {
        var wanted = MinimumTurns + random.Below(MaximumTurns - MinimumTurns + 1);
        var captionAt = !random.Chance(captionShare) ? -1 : random.Weighted([0.25, 0.15, 0.6]) switch { 0 => 0, 1 => random.Below(wanted), _ => wanted - 1 };
        var turns = new List<DialogueTurn>(wanted);
        var asked = new HashSet<string>();
        Draft? before = null;
        var words = 0;
        while (turns.Count < wanted)
        {
            var draft = turns.Count == captionAt ? Caption(graph, random) : Next(graph, before, asked, random);
            asked.Add(draft.Key);
            before = draft;
            var turn = draft.ToTurn(random, dropQuestionMark);
            words += Words(turn.Question) + Words(turn.Answer);
            if (words > MaximumWords && turns.Count >= MinimumTurns)
            {
                break;
            }

            turns.Add(turn);
        }

        return turns;
    }

    private static Draft Caption(SceneGraph graph, RandomStream random)
    {
        while (true)
        {
            if (Captions.Ask(graph, random) is { } draft)
            {
                return draft;
            }
        }
    }

    private static Draft Next(SceneGraph graph, Draft? before, HashSet<string> asked, RandomStream random)
    {
        if (before is not null && random.Chance(FollowUpShare))
        {
            for (var attempt = 0; attempt < 3; attempt++)
            {
                if (FollowUps.Ask(graph, before, random) is { } draft && !asked.Contains(draft.Key))
                {
                    return draft;
                }
            }
        }

        while (true)
        {
            if (Askers[random.Weighted(Weights)].Ask(graph, random) is { } draft && !asked.Contains(draft.Key))
            {
                return draft;
            }
        }
    }

    private static int Words(string text) => 1 + text.AsSpan().Count(' ');
}
