using System.Globalization;
using MultiModalMesh.Benchmarks.Measuring;

namespace MultiModalMesh.Benchmarks.Reporting;

/// <summary>What was measured of one side.</summary>
/// <param name="Name">Of the side: how it did the work.</param>
/// <param name="Unit">Of the value.</param>
internal sealed record Reading(string Name, string Unit, Spread Value)
{
    public override string ToString() => $"{Name}: {Numbers.Text(Value.Median)} {Unit}";
}

/// <summary>What a figure has to reach.</summary>
internal sealed record Bar(string Relation, double Limit)
{
    public static Bar AtLeast(double limit) => new(">=", limit);

    public static Bar AtMost(double limit) => new("<=", limit);

    public bool IsMetBy(double figure) => Relation == ">=" ? figure >= Limit : figure <= Limit;

    public override string ToString() => $"{Relation} {Limit.ToString(CultureInfo.InvariantCulture)}";
}

/// <summary>One line of a table.</summary>
/// <param name="What">The claim.</param>
/// <param name="Baseline">Null where the bar is absolute.</param>
/// <param name="FigureUnit">Empty for a ratio.</param>
/// <param name="Figure">What the bar is about: a value a round, of which the median counts.</param>
/// <param name="Bar">Null where nothing was promised.</param>
internal sealed record Row(string What, Reading? Baseline, Reading Ours, string FigureUnit, Spread Figure, Bar? Bar)
{
    /// <summary>Null where nothing was promised.</summary>
    public bool? Met => Bar?.IsMetBy(Figure.Median);

    /// <summary>A line for what grows with ours over theirs.</summary>
    public static Row Ratio(string what, string unit, Pairs pairs, string theirs, string ours, Bar? bar) => new(
        what, new Reading(theirs, unit, Spread.Of(pairs.Theirs)), new Reading(ours, unit, Spread.Of(pairs.Ours)), "", pairs.Ratio, bar);
}

/// <summary>Something over the course of a measurement.</summary>
internal sealed record Curve(string Name, string XUnit, string YUnit, IReadOnlyList<Point> Points);

internal readonly record struct Point(double X, double Y);
