namespace MultiModalMesh.Trainer.Training;

/// <summary>The training curve as CSV; a resumed run appends.</summary>
internal sealed class MetricsFile : IAsyncDisposable
{
    private readonly StreamWriter _writer;

    public MetricsFile(string path)
    {
        var isNew = !File.Exists(path);
        _writer = new StreamWriter(path, append: true) { AutoFlush = true };
        if (isNew)
        {
            _writer.WriteLine($"step,seconds,vision_samples,joint_samples,{string.Join(',', Objective.Loss.Names)},learning_rate,gradient_norm,samples_per_second");
        }
    }

    public void Write(RunState state, double seconds, float[] losses, float rate, float norm, double speed) =>
        _writer.WriteLine(string.Create(null, $"{state.Step},{seconds:0.0},{state.VisionSamples},{state.JointSamples},{string.Join(',', losses.Select(l => l.ToString("0.0000", null)))},{rate:0.000000},{norm:0.000},{speed:0.0}"));

    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}
