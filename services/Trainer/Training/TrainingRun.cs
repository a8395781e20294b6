using System.Diagnostics;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Evaluation;
using MultiModalMesh.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Training;

/// <summary>Settings of one run.</summary>
internal sealed record TrainingOptions(string Folder, Schedule Schedule)
{
    public int BatchSize { get; init; } = 32;

    public int TextOnlySize { get; init; } = 16;

    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(3);

    public TimeSpan EvaluateEvery { get; init; } = TimeSpan.FromMinutes(10);

    public int EvaluationSamples { get; init; } = 192;
}

/// <summary>The loop: compose, forward, backward, update; reports, evaluates and writes checkpoints on the way.</summary>
internal sealed class TrainingRun(PictoModel model, AdamW optimizer, Objective objective, BatchComposer composer, ArtLibrary art, TrainingOptions options, RunState state)
{
    private const int ReportEvery = 20;

    private readonly string _checkpoint = Path.Combine(options.Folder, Checkpoint.FileName);
    private readonly Stopwatch _clock = new();
    private readonly float[] _sums = new float[Objective.Loss.Names.Length];
    private double _earlier = state.Seconds;
    private int _reported;
    private double _reportedAt = state.Seconds;

    public async Task RunAsync(CancellationToken stop)
    {
        var source = new SampleSource(art, Split.Train);
        await using var batches = new BatchStream(source, composer, options.BatchSize, options.TextOnlySize, state);
        await using var metrics = new MetricsFile(Path.Combine(options.Folder, "metrics.csv"));
        _earlier = state.Seconds;
        _clock.Start();
        var (saved, evaluated) = (state.Seconds, state.Seconds);
        while (!stop.IsCancellationRequested && Progress() < 1)
        {
            var (batch, textOnly) = await batches.NextAsync(CancellationToken.None);
            Step(batch, textOnly, metrics);
            state.Seconds = _earlier + _clock.Elapsed.TotalSeconds;
            if (state.Seconds - saved > options.CheckpointEvery.TotalSeconds)
            {
                Checkpoint.Save(_checkpoint, model, optimizer, state);
                saved = state.Seconds;
            }

            if (state.Seconds - evaluated > options.EvaluateEvery.TotalSeconds)
            {
                Evaluate(stop);
                evaluated = state.Seconds;
            }
        }

        Checkpoint.Save(_checkpoint, model, optimizer, state);
        Console.WriteLine($"Checkpoint of step {state.Step} written to {_checkpoint}.");
    }

    private double Progress() => options.Schedule.Progress(state.Step, state.Seconds);

    private void Step(Batch batch, Batch? textOnly, MetricsFile metrics)
    {
        using var scope = NewDisposeScope();
        var visionOnly = options.Schedule.VisionOnly(Progress());
        var loss = visionOnly ? objective.Vision(batch) : objective.Joint(batch);
        loss.Total.backward();
        if (textOnly is not null && !visionOnly)
        {
            (objective.TextOnly(textOnly) * 0.25f).backward();
        }

        var rate = Schedule.Rate(Progress(), optimizer.Steps);
        var norm = optimizer.Step(rate);
        state.Step++;
        state.NextSample += batch.Count;
        state.NextTextOnly += textOnly?.Count ?? 0;
        state.VisionSamples += visionOnly ? batch.Count : 0;
        state.JointSamples += visionOnly ? 0 : batch.Count;
        var parts = loss.Parts();
        for (var i = 0; i < parts.Length; i++)
        {
            _sums[i] += parts[i];
        }

        if (++_reported == ReportEvery)
        {
            Report(rate, norm, metrics);
        }
    }

    private void Report(float rate, float norm, MetricsFile metrics)
    {
        var now = _earlier + _clock.Elapsed.TotalSeconds;
        var speed = _reported * options.BatchSize / Math.Max(1e-3, now - _reportedAt);
        var means = _sums.Select(s => s / _reported).ToArray();
        var left = options.Schedule.CountsSteps ? (options.Schedule.Horizon - state.Step) * options.BatchSize / speed : options.Schedule.Horizon - now;
        Console.WriteLine(
            $"step {state.Step}  {string.Join("  ", Objective.Loss.Names.Zip(means, (name, mean) => $"{name} {mean:0.000}"))}  "
            + $"norm {norm:0.00}  rate {rate:0.0e0}  {speed:0.0} samples/s  {TimeSpan.FromSeconds(Math.Max(0, left)):h\\:mm\\:ss} left");
        metrics.Write(state, now, means, rate, norm, speed);
        Array.Clear(_sums);
        (_reported, _reportedAt) = (0, now);
    }

    private void Evaluate(CancellationToken stop)
    {
        if (state.JointSamples == 0)
        {
            return;
        }

        try
        {
            var evaluator = new Evaluator(model, objective, composer);
            var source = new SampleSource(art, Split.Validation);
            var samples = Enumerable.Range(0, options.EvaluationSamples).Select(i => source.Create(i)).ToArray();
            var (textToImage, imageToText) = evaluator.RecallAtOne(samples, stop);
            Console.WriteLine($"validation at {state.Seconds / 60:0} min, {state.JointSamples} joint samples: {evaluator.Answers(samples, stop)}; R@1 of {samples.Length} {100 * textToImage:0}/{100 * imageToText:0}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }
}
