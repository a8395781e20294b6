using MultiModalMesh.Evaluation.Captions;
using MultiModalMesh.Evaluation.Items;
using MultiModalMesh.Evaluation.Questions;
using MultiModalMesh.Evaluation.Ranking;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Scoring;

/// <summary>Scores a run's answers, one method a task. An item whose answer failed counts as one that was answered with nothing.</summary>
public static class Scorer
{
    /// <summary>What Auto means for these runs together: runs that are compared must become words in one way.</summary>
    public static CaptionTokenization Choose(CaptionTokenization tokenization, IReadOnlyList<EvaluationItem> items, params ReadOnlySpan<Answers> runs)
    {
        if (tokenization != CaptionTokenization.Auto)
        {
            return tokenization;
        }

        var tokenized = items.SelectMany(item => item.References).All(CaptionTokenizer.IsTokenized);
        foreach (var run in runs)
        {
            tokenized = tokenized && items.All(item => CaptionTokenizer.IsTokenized(run.Of(item).Answer ?? ""));
        }

        return tokenized ? CaptionTokenization.None : CaptionTokenization.Ptb;
    }

    /// <param name="items">With references.</param>
    /// <param name="answers">To them.</param>
    /// <param name="tokenization">How both become words; Auto decides by these captions alone.</param>
    public static ScoredRun Captions(IReadOnlyList<EvaluationItem> items, Answers answers, CaptionTokenization tokenization)
    {
        var predictions = items.Select(answers.Of).ToArray();
        var split = Choose(tokenization, items, answers) == CaptionTokenization.None;
        Func<string, string[]> words = split ? CaptionTokenizer.Split : CaptionTokenizer.Tokenize;
        var captions = items.Select((item, i) => new TokenizedCaption(words(predictions[i].Answer ?? ""), [.. item.References.Select(words)])).ToArray();
        var cider = CiderD.Score(captions);
        var rouge = RougeL.Score(captions);
        return new ScoredRun(
            [.. Bleu.Score(captions), Meteor.Score(captions), rouge, cider],
            [.. items.Select((item, i) => new ScoredItem(item, predictions[i].Answer ?? "", item.References, cider.Of([i]) + rouge.Of([i]), predictions[i].Error?.Message))],
            [
                split
                    ? "Words: split at spaces, as captions that are words already; --tokenizer ptb for COCO's rules."
                    : "Words: Penn Treebank rules, lower case, without punctuation, as COCO's evaluation.",
                Meteor.Stages,
                "CIDEr-D: document frequencies of this set's references; resampled sets and slices keep them.",
            ]);
    }

    /// <summary>CLIPScore of captions whose pictures, candidates (text:0) and references (text:1 and on) are embedded.</summary>
    public static IReadOnlyList<Metric> ClipScores(IReadOnlyList<EvaluationItem> items, Answers vectors) => ClipScore.Score(
    [
        .. items.Select(item => new CaptionVectors(
            vectors.Vector(item.Id, Answers.PicturePart).Vector,
            vectors.Vector(item.Id, Answers.TextPart(0)).Vector,
            [.. item.References.Select((_, i) => vectors.Vector(item.Id, Answers.TextPart(i + 1)).Vector)])),
    ]);

    public static ScoredRun Questions(IReadOnlyList<EvaluationItem> items, Answers answers)
    {
        var predictions = items.Select(answers.Of).ToArray();
        var questions = items.Select((item, i) => new AnsweredQuestion(predictions[i].Answer ?? "", item.Answers)).ToArray();
        var accuracy = VqaAccuracy.Score(questions);
        return new ScoredRun(
            [accuracy, VqaAccuracy.ScoreAsPublished(questions)],
            [.. items.Select((item, i) => new ScoredItem(item, predictions[i].Answer ?? "", [.. item.Answers.Distinct(StringComparer.Ordinal)], accuracy.Of([i]), predictions[i].Error?.Message))],
            ["VQA accuracy normalises every answer; the published program normalises neither side where all annotators wrote the very same."]);
    }

    /// <summary>Pictures and captions (text:0 and on) by their vectors.</summary>
    public static ScoredRun Retrieval(IReadOnlyList<EvaluationItem> items, Answers answers)
    {
        var pictures = items.Select(item => answers.Vector(item.Id, Answers.PicturePart)).ToArray();
        var texts = items.Select(item => item.References.Select((_, i) => answers.Vector(item.Id, Answers.TextPart(i))).ToArray()).ToArray();
        var metrics = RetrievalScore.Score([.. pictures.Select((picture, i) => new EmbeddedPicture(picture.Vector, [.. texts[i].Select(text => text.Vector)]))]);
        var ranks = metrics.Single(metric => metric.Name == "text to picture mAP");
        var median = metrics.Single(metric => metric.Name == "text to picture median rank");
        return new ScoredRun(
            metrics,
            [.. items.Select((item, i) => new ScoredItem(
                item, $"median rank {median.Of([i]):0.#} of {items.Count} pictures", item.References, ranks.Of([i]), pictures[i].Error ?? texts[i].Select(text => text.Error).FirstOrDefault(error => error is not null)))],
            ["Every caption looks for its picture among all pictures, every picture for its captions among all captions."]);
    }

    /// <summary>Pictures by their vectors, classes by their texts' (id: the class, text:0).</summary>
    public static ScoredRun Classes(IReadOnlyList<EvaluationItem> items, IReadOnlyList<string> classes, Answers answers)
    {
        var texts = classes.Select(name => answers.Vector(name, Answers.TextPart(0)).Vector).ToArray();
        var numbers = classes.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        var vectors = items.Select(item => answers.Vector(item.Id, Answers.PicturePart)).ToArray();
        var pictures = items.Select((item, i) => new ClassifiedPicture(vectors[i].Vector, numbers[item.Label!])).ToArray();
        var metrics = ClassificationScore.Score(pictures, texts);
        return new ScoredRun(
            metrics,
            [.. items.Select((item, i) => new ScoredItem(
                item, ClassificationScore.Best(pictures[i], texts) is { } best ? classes[best] : "", [item.Label!], metrics[0].Of([i]) + metrics[1].Of([i]), vectors[i].Error))],
            [$"Zero-shot among {classes.Count} classes."]);
    }

    public static ScoredRun Dialogues(IReadOnlyList<EvaluationItem> items, Answers answers)
    {
        var predictions = items.Select(answers.Of).ToArray();
        var dialogues = items.Select((item, i) => (IReadOnlyList<AnsweredTurn>)
            [.. item.Turns.Select((turn, t) => new AnsweredTurn(predictions[i].Answers?.ElementAtOrDefault(t) ?? "", turn.Answers))]).ToArray();
        var metrics = DialogueScore.Score(dialogues);
        return new ScoredRun(
            metrics,
            [.. items.Select((item, i) => new ScoredItem(
                item with { Question = string.Join(" / ", item.Turns.Select(turn => turn.Question)) },
                string.Join(" / ", predictions[i].Answers ?? []),
                [string.Join(" / ", item.Turns.Select(turn => string.Join(" or ", turn.Answers)))],
                metrics[0].Of([i]),
                predictions[i].Error?.Message))],
            ["Exact match after VQA's normalisation; a turn follows the model's own answers to the turns before."]);
    }
}
