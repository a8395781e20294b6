using System.Globalization;

namespace MultiModalMesh.Trainer.Reports;

/// <summary>A named curve over steps.</summary>
internal sealed record Series(string Name, IReadOnlyList<(double Step, double Value)> Points)
{
    /// <summary>The columns of a metrics.csv; empty where there is none.</summary>
    public static IReadOnlyList<Series> FromColumns(string path)
    {
        if (Lines(path) is not [var header, .. var rows])
        {
            return [];
        }

        return [.. header.Skip(1).Select((name, i) => new Series(name, [.. rows.Where(r => r.Length == header.Length).Select(r => (Number(r[0]), Number(r[i + 1])))]))];
    }

    /// <summary>The figures of an evaluations.csv, with the columns step, name and value.</summary>
    public static IReadOnlyList<Series> FromRows(string path) =>
        [.. Lines(path).Skip(1).Where(r => r.Length == 3).GroupBy(r => r[1], StringComparer.Ordinal).Select(g => new Series(g.Key, [.. g.Select(r => (Number(r[0]), Number(r[2])))]))];

    private static string[][] Lines(string path) => File.Exists(path) ? [.. File.ReadLines(path).Select(l => l.Split(','))] : [];

    private static double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;
}
