using MultiModalMesh.Simulator.Mesh;
using MultiModalMesh.Simulator.Studies;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace MultiModalMesh.Simulator.Output;

/// <summary>One figure over a study's axis, a line a series.</summary>
/// <param name="File">Without folder.</param>
/// <param name="Study">By name.</param>
/// <param name="Y">What the axis is, with its unit.</param>
/// <param name="Figure">Of an outcome.</param>
/// <param name="IsLogarithmic">The y axis; values below a millisecond are drawn there.</param>
internal sealed record Chart(string File, string Study, string Title, string Y, Func<Outcome, double> Figure, bool IsLogarithmic)
{
    private const double Smallest = 0.001;

    public static readonly IReadOnlyList<Chart> All =
    [
        new("scaling-first-token.png", "load", "Time to the first token, p50", "seconds", outcome => outcome.FirstToken50, true),
        new("scaling-wait.png", "load", "Wait before a worker begins, p99", "seconds", outcome => outcome.Wait99, true),
        new("scaling-hits.png", "load", "Turns whose prefix was in the worker's cache", "share", outcome => outcome.HitRate, false),
        new("scaling-staleness.png", "staleness", "Wait, p99, by the age of reports (two choices by wait, 70 % load)", "seconds", outcome => outcome.Wait99, true),
        new("scaling-hot.png", "hot", "Time to the first token, p99, where dialogues share a key", "seconds", outcome => outcome.FirstToken99, true),
        new("scaling-deaths.png", "deaths", "Time to the first token, p99, where workers die", "seconds", outcome => outcome.FirstToken99, true),
    ];

    public void Draw(Study study, IReadOnlyList<Outcome> outcomes, string path)
    {
        using var plot = new Plot();
        foreach (var series in study.Points.Zip(outcomes).GroupBy(pair => pair.First.Series, StringComparer.Ordinal))
        {
            var line = plot.Add.Scatter(
                series.Select(pair => study.IsXLogarithmic ? Math.Log10(pair.First.X) : pair.First.X).ToArray(),
                series.Select(pair => IsLogarithmic ? Math.Log10(Math.Max(Smallest, Figure(pair.Second))) : Figure(pair.Second)).ToArray());
            line.LegendText = series.Key;
            line.LineWidth = 2;
            line.MarkerSize = 6;
        }

        plot.Title(Title);
        plot.XLabel(study.X);
        plot.YLabel(Y);
        if (IsLogarithmic)
        {
            plot.Axes.Left.TickGenerator = Powers();
        }

        if (study.IsXLogarithmic)
        {
            plot.Axes.Bottom.TickGenerator = Powers();
        }

        plot.ShowLegend(Edge.Right);
        plot.SavePng(path, 1000, 440);
    }

    private static NumericAutomatic Powers() => new()
    {
        MinorTickGenerator = new LogMinorTickGenerator(),
        LabelFormatter = static power => Math.Pow(10, power).ToString("0.###", System.Globalization.CultureInfo.InvariantCulture),
    };
}
