using System.Diagnostics;
using System.Globalization;
using MultiModalMesh.Trainer.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Training;

/// <summary>The loop: batches, forward, backward, update; reports, evaluates and writes checkpoints on the way.</summary>
internal sealed class TrainingRun(string folder, ITrainingStage stage, Trainee trainee, RunState state, TrainingSettings settings)
{
    private readonly CheckpointFolder _checkpoints = new(folder);
    private readonly Schedule _schedule = Schedule.Of(settings);
    private readonly Stopwatch _clock = new();
    private double _earlier;
    private (double Seconds, long Samples) _reported;

    /// <param name="stop">Ends the run after the step that is at work; a checkpoint is written.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var metrics = new MetricsFile(
            Path.Combine(folder, MetricsFile.Losses), $"step,samples,{string.Join(',', stage.LossNames)},learning_rate,gradient_norm,seconds,samples_per_second", state.Step);
        await using var figures = new MetricsFile(Path.Combine(folder, MetricsFile.Figures), "step,name,value", state.Step);
        using var instruments = new TrainingInstruments(settings.Stage!.Value);
        if (state.Sums.Length != stage.LossNames.Count)
        {
            (state.Sums, state.Summed) = (new double[stage.LossNames.Count], 0);
        }

        _earlier = state.Seconds;
        _reported = (state.Seconds, state.Samples);
        _clock.Start();
        if (state.Step == 0)
        {
            await EvaluateAsync(figures, instruments, stop);
        }

        var saved = state.Step;
        while (!stop.IsCancellationRequested && Progress() < 1)
        {
            // Whatever draws random numbers in this step draws the same ones after a restart.
            manual_seed(unchecked((settings.Seed * 1_000_003L) + state.Step));
            var batches = await stage.NextAsync(state, CancellationToken.None);
            Step(batches, metrics, instruments);
            var last = Progress() >= 1;
            if (last || (settings.Evaluation.EverySteps > 0 && state.Step % settings.Evaluation.EverySteps == 0))
            {
                await EvaluateAsync(figures, instruments, stop);
            }

            if (last || state.Step % settings.Checkpoints.EverySteps == 0)
            {
                Save();
                saved = state.Step;
            }
        }

        if (saved != state.Step || _checkpoints.IsEmpty)
        {
            Save();
        }

        Console.WriteLine($"{(Progress() >= 1 ? "Done" : "Stopped")} at step {state.Step}; {folder} has the weights.");
    }

    private double Progress() => _schedule.Progress(state.Step, state.Seconds);

    private void Save() => _checkpoints.Save(trainee, state, settings.Checkpoints.Keep);

    private void Step(StepBatches step, MetricsFile metrics, TrainingInstruments instruments)
    {
        var before = state.Seconds;
        foreach (var batch in step.Batches)
        {
            using var scope = NewDisposeScope();
            var (total, parts) = stage.Loss(batch, state);
            if (total.requires_grad)
            {
                (total / step.Batches.Count).backward();
            }

            for (var i = 0; i < parts.Length; i++)
            {
                state.Sums[i] += parts[i].item<float>() / step.Batches.Count;
            }
        }

        if (step.TextOnly is { } textOnly)
        {
            using var scope = NewDisposeScope();
            stage.TextOnlyLoss(textOnly, state)?.backward();
        }

        var optimizer = trainee.Optimizer!;
        var rate = _schedule.Rate(Progress(), optimizer.Steps);
        var norm = optimizer.Step(rate, (float)settings.Optimization.WeightDecay, (float)settings.Optimization.ClipNorm);
        trainee.Average?.Update(optimizer.Steps);
        stage.Count(step, state);
        state.Step++;
        state.Summed++;
        state.Samples += step.Samples;
        state.Positions = step.Positions;
        state.Seconds = _earlier + _clock.Elapsed.TotalSeconds;
        instruments.Stepped(step.Samples, state.Seconds - before, norm);
        if (state.Summed == settings.Metrics.EverySteps)
        {
            Report(rate, norm, metrics, instruments);
        }
    }

    private void Report(float rate, float norm, MetricsFile metrics, TrainingInstruments instruments)
    {
        var losses = stage.LossNames.Zip(state.Sums, (name, sum) => (Name: name, Value: sum / state.Summed)).ToArray();
        var speed = (state.Samples - _reported.Samples) / Math.Max(1e-3, state.Seconds - _reported.Seconds);
        var left = _schedule.CountsSteps ? (_schedule.Horizon - state.Step) * (state.Seconds - _earlier) / Math.Max(1, state.Step) : _schedule.Horizon - state.Seconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"step {state.Step}  {string.Join("  ", losses.Select(l => $"{l.Name} {l.Value.ToString("0.000", CultureInfo.InvariantCulture)}"))}  norm {norm:0.00}  rate {rate:0.0e0}  {speed:0.0} samples/s  {TimeSpan.FromSeconds(Math.Max(0, left)):h\\:mm\\:ss} left"));
        var printed = string.Join(',', losses.Select(l => l.Value.ToString("0.000000", CultureInfo.InvariantCulture)));
        metrics.Write($"{state.Step},{state.Samples},{printed},{rate:0.00000000},{norm:0.000000},{state.Seconds:0.0},{speed:0.0}");
        instruments.Reported(losses, rate, norm);
        Array.Clear(state.Sums);
        state.Summed = 0;
        _reported = (state.Seconds, state.Samples);
    }

    private async Task EvaluateAsync(MetricsFile file, TrainingInstruments instruments, CancellationToken stop)
    {
        try
        {
            using var average = trainee.Average?.Use();
            var figures = await stage.EvaluateAsync(state, stop);
            foreach (var (name, value) in figures)
            {
                file.Write($"{state.Step},{name},{value:0.000000}");
                instruments.Evaluated(name, value);
            }

            if (figures.Count > 0)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"validation at step {state.Step}: {string.Join(", ", figures.Select(f => $"{f.Key} {f.Value.ToString("0.000", CultureInfo.InvariantCulture)}"))}"));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.WriteLine("Stopped in the middle of an evaluation, which comes to nothing.");
        }
    }
}
