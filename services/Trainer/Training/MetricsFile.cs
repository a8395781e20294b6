using System.Globalization;

namespace MultiModalMesh.Trainer.Training;

/// <summary>A table that grows by a line at a time, as CSV. What a run wrote after its last checkpoint before it broke off goes away, as it comes again.</summary>
internal sealed class MetricsFile : IAsyncDisposable
{
    public const string Losses = "metrics.csv", Figures = "evaluations.csv";

    private readonly StreamWriter _writer;

    /// <param name="path">The file.</param>
    /// <param name="header">Names of the columns; the first is <c>step</c>.</param>
    /// <param name="step">Lines of later steps are removed.</param>
    public MetricsFile(string path, string header, long step)
    {
        // The last line may be cut short.
        var kept = File.Exists(path) ? File.ReadLines(path).Skip(1).Where(l => l.Count(c => c == ',') == header.Count(c => c == ',') && StepOf(l) <= step).ToArray() : [];
        File.WriteAllLines(path + ".new", [header, .. kept]);
        File.Move(path + ".new", path, overwrite: true);
        _writer = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    public void Write(FormattableString line) => _writer.WriteLine(FormattableString.Invariant(line));

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private static long StepOf(string line) => long.TryParse(line.AsSpan(0, line.IndexOf(',')), CultureInfo.InvariantCulture, out var step) ? step : long.MaxValue;
}
