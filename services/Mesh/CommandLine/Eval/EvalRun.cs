using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Items;
using MultiModalMesh.Evaluation.ModelRuns;
using MultiModalMesh.Evaluation.Reports;
using MultiModalMesh.Evaluation.Scoring;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Eval;

/// <summary>One evaluation from the data set to the report.</summary>
internal sealed class EvalRun(EvalTask task, EvalSettings settings, ModelSource models)
{
    public async Task<EvaluationReport> RunAsync(CancellationToken cancellationToken)
    {
        var set = await settings.Sources.ReadAsync(byQuestion: task.Name == "vqa", cancellationToken);
        Check(set, item => task.Lacks(item) is { } field ? $"it has no {field}, which {task.Name} needs" : null);
        var complete = settings with { Classes = [.. set.Items.Select(item => item.Label).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] };
        set = settings.Limit is { } limit ? set.First(limit) : set;

        var answers = settings.Candidates is { } path ? Read(path, set) : await AskAsync(set, complete, cancellationToken);
        var other = settings.Compare is { } compared ? Read(compared, set) : null;
        if (settings.Subset)
        {
            set = set.Only(item => answers.Has(item) && other?.Has(item) != false);
            if (set.Items.Count == 0)
            {
                throw new MeshException(ErrorReason.EvaluationCandidateMissing, $"'{answers.Name}' has no answer to any item of '{set.Name}'.");
            }
        }

        if (task.Name == "caption")
        {
            complete = complete with { Tokenizer = other is null ? Scorer.Choose(settings.Tokenizer, set.Items, answers) : Scorer.Choose(settings.Tokenizer, set.Items, answers, other) };
        }

        var scored = await ScoreAsync(set, answers, complete, cancellationToken);
        var otherScored = other is null ? null : await ScoreAsync(set, other, complete, cancellationToken);
        return EvaluationReport.Create(
            new ReportSubject(task.Name, settings.Candidates is null ? models.Model : Path.GetFileName(settings.Candidates), set.Name),
            scored,
            other is null ? null : (Path.GetFileName(other.Name), otherScored!),
            [.. Columns(set)],
            settings.Worst,
            settings.Resampling);
    }

    private static Answers Read(string path, EvaluationSet set) => new Answers(path, RunReader.Read(path)).CheckedAgainst(set);

    /// <summary>The ones that were asked for; VQA's own two always.</summary>
    private IEnumerable<string> Columns(EvaluationSet set)
    {
        var known = set.Items.SelectMany(item => item.Metadata.Keys).ToHashSet(StringComparer.Ordinal);
        foreach (var column in settings.Slices)
        {
            yield return known.Contains(column)
                ? column
                : throw new MeshException(
                    ErrorReason.InvalidRequest, $"--slice: no item of '{set.Name}' has the column '{column}'. There are: {string.Join(", ", known.Order(StringComparer.Ordinal))}.")
                { Field = "slice" };
        }

        if (task.Name == "vqa")
        {
            foreach (var column in ((string[])["answer_type", "question_type"]).Where(column => known.Contains(column) && !settings.Slices.Contains(column)))
            {
                yield return column;
            }
        }
    }

    private async Task<Answers> AskAsync(EvaluationSet set, EvalSettings complete, CancellationToken cancellationToken)
    {
        Check(set, item => task.PictureNeeded && item.Picture is null ? MissingPicture : null);
        var header = new RunHeader(task.Name, models.Model, settings.Prompt, set.Fingerprint);
        await using var run = RunFile.Open(settings.Run, header);
        await WithProgressAsync($"Asking {models.Model}", set, models.Model, settings.MaxTokens, run, asking => task.AskAsync(asking, set, complete, cancellationToken), cancellationToken);
        return new Answers(settings.Run ?? models.Model, run.Predictions.ToDictionary());
    }

    private async Task<ScoredRun> ScoreAsync(EvaluationSet set, Answers answers, EvalSettings complete, CancellationToken cancellationToken)
    {
        var scored = task.Score(set, answers, complete);
        if (settings.ClipModel is not { } model)
        {
            return scored;
        }

        Check(set, item => item.Picture is null ? MissingPicture : null);
        await using var vectors = RunFile.Open(null, new RunHeader("clip", model, "", set.Fingerprint));
        var texts = set.Items.SelectMany(item => item.References.Prepend(answers.Of(item).Answer ?? "")
            .Select((text, i) => new EmbeddingTask(item.Id, Answers.TextPart(i), Evaluation.Ranking.ClipScore.Prefix + text, null))
            .Prepend(EvalTask.PictureOf(item)));
        await WithProgressAsync($"Embedding with {model}", set, model, null, vectors, asking => asking.EmbedAsync(texts, cancellationToken), cancellationToken);
        var failed = vectors.Predictions.Values.Count(vector => vector.Error is not null);
        return scored with
        {
            Metrics = [.. scored.Metrics, .. Scorer.ClipScores(set.Items, new Answers(model, vectors.Predictions))],
            Notes = [.. scored.Notes, $"CLIPScore: 2.5 max(cos, 0) with embeddings of {model}; {failed} inputs could not be embedded and count as 0."],
        };
    }

    private async Task WithProgressAsync(
        string what, EvaluationSet set, string model, int? maxTokens, RunFile run, Func<ModelRun, Task> ask, CancellationToken cancellationToken)
    {
        var endpoint = await models.OpenAsync(model, maxTokens, cancellationToken);

        // Progress goes to the error stream, so that --json can be piped.
        await MeshCommandLine.ErrorConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask(what.EscapeMarkup(), maxValue: set.Items.Count);
                await ask(new ModelRun(endpoint, run, settings.Concurrency, (done, failed) =>
                {
                    // Embeddings count inputs, of which an item has several.
                    bar.MaxValue = Math.Max(bar.MaxValue, done);
                    bar.Value = done;
                    bar.Description = (failed == 0 ? what : $"{what}, {failed} failed").EscapeMarkup();
                }));
                bar.Value = bar.MaxValue;
            });
    }

    private string MissingPicture => settings.Sources.Images is { } folder ? $"its picture is not in '{folder}'" : "it has no picture; name their folder with --images";

    private void Check(EvaluationSet set, Func<EvaluationItem, string?> wrong)
    {
        foreach (var item in set.Items)
        {
            if (wrong(item) is { } sentence)
            {
                throw new DataFile(settings.Sources.Path ?? set.Name).Refuse($"id '{item.Id}'", sentence);
            }
        }
    }
}
