using System.Diagnostics.Metrics;
using MultiModalMesh.Trainer.Settings;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace MultiModalMesh.Trainer.Training;

/// <summary>The run as OpenTelemetry metrics.</summary>
internal sealed class TrainingInstruments : IDisposable
{
    public const string MeterName = "MultiModalMesh.Training";

    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private readonly Meter _meter = new(MeterName);
    private readonly KeyValuePair<string, object?> _stage;
    private readonly Counter<long> _steps, _samples, _skipped;
    private readonly Histogram<double> _duration;
    private readonly Gauge<double> _loss, _rate, _norm, _figure;
    private readonly MeterProvider? _exporter;

    public TrainingInstruments(Stage stage)
    {
        _stage = new("mesh.training.stage", SettingNames.Of(stage.ToString()));
        _steps = _meter.CreateCounter<long>("mesh.training.steps", "{step}", "Optimizer steps.");
        _samples = _meter.CreateCounter<long>("mesh.training.samples", "{sample}", "Samples trained on.");
        _skipped = _meter.CreateCounter<long>("mesh.training.skipped_steps", "{step}", "Steps left out because a gradient was not finite.");
        _duration = _meter.CreateHistogram("mesh.training.step.duration", "s", "Time of a step.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100] });
        _loss = _meter.CreateGauge<double>("mesh.training.loss", "1", "Mean of a loss over the last steps.");
        _rate = _meter.CreateGauge<double>("mesh.training.learning_rate", "1", "Learning rate.");
        _norm = _meter.CreateGauge<double>("mesh.training.gradient_norm", "1", "Norm of the gradient before clipping.");
        _figure = _meter.CreateGauge<double>("mesh.training.evaluation", "1", "A figure of the last evaluation.");
        _exporter = string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable))
            ? null
            : Sdk.CreateMeterProviderBuilder().ConfigureResource(r => r.AddService("mesh-trainer")).AddMeter(MeterName).AddOtlpExporter().Build();
    }

    public void Stepped(int samples, double seconds, float norm)
    {
        _steps.Add(1, _stage);
        _samples.Add(samples, _stage);
        _duration.Record(seconds, _stage);
        if (!float.IsFinite(norm))
        {
            _skipped.Add(1, _stage);
        }
    }

    public void Reported(IEnumerable<(string Name, double Value)> losses, double rate, double norm)
    {
        foreach (var (name, value) in losses)
        {
            _loss.Record(value, _stage, new("mesh.training.loss.name", name));
        }

        _rate.Record(rate, _stage);
        _norm.Record(norm, _stage);
    }

    public void Evaluated(string name, double value) => _figure.Record(value, _stage, new("mesh.training.evaluation.name", name));

    public void Dispose()
    {
        // What was measured since the last export still goes out.
        _exporter?.Dispose();
        _meter.Dispose();
    }
}
