using MultiModalMesh.Evaluation.Items;
using MultiModalMesh.Evaluation.ModelRuns;
using MultiModalMesh.Evaluation.Scoring;

namespace MultiModalMesh.Mesh.CommandLine.Eval;

/// <summary>What each task needs of an item, asks of a model and scores.</summary>
/// <param name="Name">The sub-command's.</param>
/// <param name="Description">Its help.</param>
/// <param name="Lacks">The field that an item lacks for this task, or null.</param>
/// <param name="PictureNeeded">Whether a model is asked about a picture.</param>
/// <param name="AskAsync">Fills the run with answers to the items.</param>
/// <param name="Score">Scores answers to the items.</param>
internal sealed record EvalTask(
    string Name,
    string Description,
    Func<EvaluationItem, string?> Lacks,
    bool PictureNeeded,
    Func<ModelRun, EvaluationSet, EvalSettings, CancellationToken, Task> AskAsync,
    Func<EvaluationSet, Answers, EvalSettings, ScoredRun> Score)
{
    public static IReadOnlyList<EvalTask> All { get; } =
    [
        new EvalTask(
            "caption",
            "Captions of pictures: BLEU-1 to 4, METEOR (exact and stem), ROUGE-L, CIDEr-D and, with --clip-model, CLIPScore.",
            item => item.References.Count == 0 ? "references" : null,
            PictureNeeded: true,
            (run, set, settings, token) => run.AnswerAsync(set.Items, settings.Prompt, token),
            (set, answers, settings) => Scorer.Captions(set.Items, answers, settings.Tokenizer)),
        new EvalTask(
            "vqa",
            "Questions about pictures: VQA accuracy, by answer type and question type.",
            item => item.Question is null ? "question" : item.Answers.Count == 0 ? "answers" : null,
            PictureNeeded: true,
            (run, set, settings, token) => run.AnswerAsync(set.Items, settings.Prompt, token),
            (set, answers, _) => Scorer.Questions(set.Items, answers)),
        new EvalTask(
            "retrieval",
            "Pictures by their captions and captions by their pictures: recall at 1, 5 and 10, median rank, mAP.",
            item => item.References.Count == 0 ? "references" : null,
            PictureNeeded: true,
            (run, set, _, token) => run.EmbedAsync(
                set.Items.SelectMany(item => item.References
                    .Select((text, i) => new EmbeddingTask(item.Id, Answers.TextPart(i), text, null))
                    .Prepend(PictureOf(item))),
                token),
            (set, answers, _) => Scorer.Retrieval(set.Items, answers)),
        new EvalTask(
            "classify",
            "Classes of pictures, zero-shot: top-1 and top-5.",
            item => item.Label is null ? "label" : null,
            PictureNeeded: true,
            (run, set, settings, token) => run.EmbedAsync(
                settings.Classes
                    .Select(label => new EmbeddingTask(label, Answers.TextPart(0), settings.Prompt.Replace("{}", label.Replace('_', ' '), StringComparison.Ordinal), null))
                    .Concat(set.Items.Select(PictureOf)),
                token),
            (set, answers, settings) => Scorer.Classes(set.Items, settings.Classes, answers)),
        new EvalTask(
            "dialogue",
            "Dialogues of several turns, from JSON lines: exact match of turns, of follow-up turns, of whole dialogues.",
            item => item.Turns.Count == 0 ? "turns" : null,
            PictureNeeded: false,
            (run, set, _, token) => run.TalkAsync(set.Items, token),
            (set, answers, _) => Scorer.Dialogues(set.Items, answers)),
    ];

    public static EmbeddingTask PictureOf(EvaluationItem item) => new(item.Id, Answers.PicturePart, null, item.Picture);
}
