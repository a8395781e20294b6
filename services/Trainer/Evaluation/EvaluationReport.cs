using System.Text;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Evaluation;

/// <param name="Scenes">Scenes for each figure.</param>
/// <param name="Dialogues">Every question of the dialogues.</param>
/// <param name="Naming">"What is this?" about scenes of one object.</param>
/// <param name="TextOnly">Dialogues without a picture.</param>
/// <param name="TextToImage">Share of texts that find their picture first among all scenes.</param>
/// <param name="ImageToText">Share of pictures that find their text first.</param>
internal sealed record StyleFigures(int Scenes, Accuracy Dialogues, (int Right, int All) Naming, (int Right, int All) TextOnly, double TextToImage, double ImageToText);

/// <summary>The figures of one model, as a table and as data.</summary>
internal sealed record EvaluationReport(RunState State, Split Split, StyleFigures Trained, StyleFigures HeldOut)
{
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(null, $"Step {State.Step}, {State.VisionSamples} pictures alone and {State.JointSamples} with dialogues, {State.Seconds / 60:0} minutes; ");
        text.AppendLine(null, $"{Split} split, {Trained.Scenes} scenes in trained styles, {HeldOut.Scenes} in the held-out style. Percent right (questions).");
        text.AppendLine().AppendLine("| | trained styles | held-out style |").AppendLine("| --- | ---: | ---: |");
        Row("naming, one object", f => f.Naming);
        foreach (var kind in Enum.GetValues<QuestionKind>())
        {
            Row(Label(kind), f => f.Dialogues.Of(kind));
        }

        Row("follow-up questions", f => f.Dialogues.FollowUps);
        Row("all questions", f => f.Dialogues.Total);
        Row("dialogues without a picture", f => f.TextOnly);
        text.AppendLine(null, $"| R@1 text to picture (among {Trained.Scenes}, {HeldOut.Scenes}) | {100 * Trained.TextToImage:0.0} | {100 * HeldOut.TextToImage:0.0} |");
        text.AppendLine(null, $"| R@1 picture to text | {100 * Trained.ImageToText:0.0} | {100 * HeldOut.ImageToText:0.0} |");
        return text.ToString();

        void Row(string label, Func<StyleFigures, (int Right, int All)> of) =>
            text.AppendLine(null, $"| {label} | {Accuracy.Percent(of(Trained))} ({of(Trained).All}) | {Accuracy.Percent(of(HeldOut))} ({of(HeldOut).All}) |");
    }

    public object ToSummary() => new
    {
        State.Step,
        State.VisionSamples,
        State.JointSamples,
        Minutes = Math.Round(State.Seconds / 60, 1),
        Split = Split.ToString(),
        Trained = Summary(Trained),
        HeldOut = Summary(HeldOut),
    };

    private static object Summary(StyleFigures figures) => new
    {
        figures.Scenes,
        Naming = Share(figures.Naming),
        Questions = Enum.GetValues<QuestionKind>().ToDictionary(k => k.ToString(), k => Share(figures.Dialogues.Of(k))),
        FollowUpQuestions = Enum.GetValues<QuestionKind>().ToDictionary(k => k.ToString(), k => Share(figures.Dialogues.FollowUpsOf(k))),
        FollowUps = Share(figures.Dialogues.FollowUps),
        All = Share(figures.Dialogues.Total),
        WithoutPicture = Share(figures.TextOnly),
        figures.TextToImage,
        figures.ImageToText,
    };

    private static object Share((int Right, int All) count) => new { count.Right, Questions = count.All };

    private static string Label(QuestionKind kind) => kind switch
    {
        QuestionKind.What => "what is this",
        QuestionKind.Caption => "caption, all objects and counts right",
        QuestionKind.CountKind => "count of a kind",
        QuestionKind.CountObjects => "number of objects",
        QuestionKind.Background => "background colour",
        QuestionKind.Where => "where is the object",
        QuestionKind.RelationWhat => "what is left of, right of, above, below",
        QuestionKind.RelationYesNo => "is it left of, at the top: yes or no",
        QuestionKind.Presence => "is there one: yes or no",
        QuestionKind.NameAt => "what is at the top left",
        _ => "small talk",
    };
}
