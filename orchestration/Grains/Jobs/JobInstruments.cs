using System.Diagnostics;
using System.Diagnostics.Metrics;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Telemetry;
using MultiModalMesh.ServiceDefaults.Telemetry;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>Metrics and spans of jobs: one span an item, because a job may take days.</summary>
internal sealed class JobInstruments
{
    private readonly UpDownCounter<int> _running;
    private readonly UpDownCounter<int> _itemsRunning;
    private readonly Counter<long> _refusals;
    private readonly Histogram<double> _duration;
    private readonly TimeProvider _time;

    public JobInstruments(IMeterFactory meters, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _time = time;
        var meter = meters.Create(GrainTelemetry.SourceName);
        _running = meter.CreateUpDownCounter<int>("mesh.jobs.running", "{job}", "Jobs that this silo works on.");
        _itemsRunning = meter.CreateUpDownCounter<int>("mesh.jobs.items.running", "{item}", "Items of jobs that are with workers.");
        _refusals = meter.CreateCounter<long>("mesh.jobs.items.refusals", "{item}", "Attempts at items that no worker took, by reason (error.type); they are tried again.");
        _duration = meter.CreateHistogram(
            "mesh.jobs.item.duration", "s", "Time of an item with its worker, by skill and, if it failed, reason (error.type).", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] });
    }

    public void JobBegan() => _running.Add(1);

    public void JobRests() => _running.Add(-1);

    public void Refused(string reason) => _refusals.Add(1, new KeyValuePair<string, object?>(GenAiNames.ErrorType, reason));

    public Item Begin(JobKey key, Skill skill, int index) => new(this, key, skill, index);

    /// <summary>One attempt at one item, from its start to its disposal.</summary>
    internal sealed class Item : IDisposable
    {
        private readonly JobInstruments _instruments;
        private readonly Activity? _activity;
        private readonly long _start;
        private TagList _tags;

        public Item(JobInstruments instruments, JobKey key, Skill skill, int index)
        {
            _instruments = instruments;
            _start = instruments._time.GetTimestamp();
            _activity = GrainTelemetry.StartItem(key, skill, index);
            _tags = new TagList { { "mesh.job.skill", GrainTelemetry.Name(skill) } };
            instruments._itemsRunning.Add(1);
        }

        public void Failed(string reason)
        {
            _tags.Add(GenAiNames.ErrorType, reason);
            _activity?.SetTag(GenAiNames.ErrorType, reason);
            _activity?.SetStatus(ActivityStatusCode.Error);
        }

        public void Dispose()
        {
            _instruments._itemsRunning.Add(-1);
            _instruments._duration.Record(_instruments._time.GetElapsedTime(_start).TotalSeconds, _tags);
            _activity?.Dispose();
        }
    }
}
