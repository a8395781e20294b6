using System.Diagnostics.Metrics;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Tests.Training;

public sealed class TrainingInstrumentsTests
{
    [Fact]
    public void Steps_losses_and_figures_are_measured_with_the_stage()
    {
        var seen = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == TrainingInstruments.MeterName) { l.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen.Add($"{instrument.Name}={value} {tags[0].Value}"));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => seen.Add(FormattableString.Invariant($"{instrument.Name}={value} {tags[0].Value}")));
        listener.Start();
        using var instruments = new TrainingInstruments(Stage.Vqa);
        instruments.Stepped(16, 0.5, float.NaN);
        instruments.Reported([("language", 2.5)], 0.001, 3);
        instruments.Evaluated("answers_right", 0.75);
        Assert.Equal(
            [
                "mesh.training.steps=1 vqa", "mesh.training.samples=16 vqa", "mesh.training.step.duration=0.5 vqa", "mesh.training.skipped_steps=1 vqa",
                "mesh.training.loss=2.5 vqa", "mesh.training.learning_rate=0.001 vqa", "mesh.training.gradient_norm=3 vqa", "mesh.training.evaluation=0.75 vqa",
            ],
            seen);
    }
}
