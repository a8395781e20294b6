namespace MultiModalMesh.Evaluation.Statistics;

/// <summary>
/// One figure of a set of items, and how it comes from them. What an item contributes is a row of numbers; a corpus-level figure such as BLEU adds the rows
/// before it divides, so a resampled set gets the figure that it would have had, not a mean of sentence scores.
/// </summary>
public sealed class Metric
{
    private readonly double[][] _rows;
    private readonly Combine _combine;

    private Metric(string name, double[][] rows, Combine combine, bool higherIsBetter) =>
        (Name, _rows, _combine, HigherIsBetter) = (name, rows, combine, higherIsBetter);

    private delegate double Combine(double[][] rows, ReadOnlySpan<int> chosen);

    public string Name { get; }

    public bool HigherIsBetter { get; }

    /// <summary>How many items it is of.</summary>
    public int Count => _rows.Length;

    /// <summary>The figure of all items; NaN if no item has a say in it.</summary>
    public double Value => Of([.. Enumerable.Range(0, Count)]);

    /// <summary>The mean of one value an item; items of NaN are left out.</summary>
    public static Metric Mean(string name, IEnumerable<double> values) =>
        Ratio(name, values.Select(value => double.IsNaN(value) ? (0, 0) : (value, 1.0)));

    /// <summary>The sum of all first numbers by the sum of all second ones.</summary>
    public static Metric Ratio(string name, IEnumerable<(double Part, double Whole)> values) =>
        OfSums(name, [.. values.Select(value => new[] { value.Part, value.Whole })], sums => sums[0] / sums[1]);

    /// <summary>A function of the sums of the items' rows, which are all of one length.</summary>
    public static Metric OfSums(string name, double[][] rows, Func<double[], double> finish) => new(
        name,
        rows,
        (all, chosen) =>
        {
            var sums = new double[all.Length == 0 ? 0 : all[0].Length];
            foreach (var item in chosen)
            {
                var row = all[item];
                for (var i = 0; i < sums.Length; i++)
                {
                    sums[i] += row[i];
                }
            }

            return chosen.Length == 0 ? double.NaN : finish(sums);
        },
        higherIsBetter: true);

    /// <summary>The median of all numbers of all rows, which may be of any length. Lower is better: they are ranks.</summary>
    public static Metric MedianRank(string name, double[][] rows) => new(
        name,
        rows,
        (all, chosen) =>
        {
            var ranks = new List<double>();
            foreach (var item in chosen)
            {
                ranks.AddRange(all[item]);
            }

            if (ranks.Count == 0)
            {
                return double.NaN;
            }

            ranks.Sort();
            return (ranks[(ranks.Count - 1) / 2] + ranks[ranks.Count / 2]) / 2;
        },
        higherIsBetter: false);

    /// <summary>The figure of these items; one that stands there twice counts twice.</summary>
    public double Of(ReadOnlySpan<int> items) => _combine(_rows, items);

    /// <summary>This metric's items followed by another run's, so that a set may take some from each.</summary>
    public Metric Followed(Metric other) => new(Name, [.. _rows, .. other._rows], _combine, HigherIsBetter);
}
