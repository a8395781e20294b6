using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>Dialogues without a picture: the answer to anything about a picture is to ask for one.</summary>
internal static class TextOnlyWriter
{
    public static IReadOnlyList<DialogueTurn> Write(Scene imagined, ArtLibrary art, DialogueWriter writer, RandomStream random, double dropQuestionMark)
    {
        // Questions about some picture that the assistant does not see; follow-ups need answers, so they are left out.
        var questions = writer.Write(new SceneGraph(imagined, art), random).Where(turn => !turn.FollowUp && turn.Kind != QuestionKind.SmallTalk).ToList();
        var wanted = 2 + random.Below(3);
        var turns = new List<DialogueTurn>(wanted);
        while (turns.Count < wanted)
        {
            if (random.Chance(0.55) && questions.Count > 0)
            {
                turns.Add(questions[0] with { Answer = SmallTalk.NeedsPicture, Mentions = [], Shown = [] });
                questions.RemoveAt(0);
            }
            else
            {
                turns.Add(SmallTalk.Ask(random, withPicture: false).ToTurn(random, dropQuestionMark));
            }
        }

        return turns;
    }
}
