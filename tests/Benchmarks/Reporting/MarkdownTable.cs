using System.Text;

namespace MultiModalMesh.Benchmarks.Reporting;

/// <summary>A table as Markdown, its columns aligned so that it reads well on a terminal too.</summary>
internal static class MarkdownTable
{
    private static readonly string[] Head = ["what", "baseline", "ours", "figure (min … max)", "bar", "met"];

    public static string Write(TableResult result)
    {
        var lines = new List<string[]> { Head };
        lines.AddRange(result.Rows.Select(Cells));
        var widths = Enumerable.Range(0, Head.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder().Append("### ").AppendLine(result.Table).AppendLine();
        for (var i = 0; i < lines.Count; i++)
        {
            text.Append("| ").AppendJoin(" | ", lines[i].Select((cell, column) => cell.PadRight(widths[column]))).AppendLine(" |");
            if (i == 0)
            {
                text.Append('|').AppendJoin('|', widths.Select(width => new string('-', width + 2))).AppendLine("|");
            }
        }

        foreach (var curve in result.Curves)
        {
            text.AppendLine().Append(curve.Name).Append(" (").Append(curve.XUnit).Append(": ").Append(curve.YUnit).Append("): ")
                .AppendJoin(", ", curve.Points.Select(point => FormattableString.Invariant($"{point.X:0.##}: {Numbers.Text(point.Y)}"))).AppendLine();
        }

        foreach (var failure in result.Failures)
        {
            text.AppendLine().Append("FAILED: ").AppendLine(failure);
        }

        return text.ToString();
    }

    private static string[] Cells(Row row) =>
    [
        row.What,
        row.Baseline?.ToString() ?? "–",
        row.Ours.ToString(),
        row.FigureUnit.Length > 0 ? $"{Numbers.Text(row.Figure)} {row.FigureUnit}" : Numbers.Text(row.Figure),
        row.Bar?.ToString() ?? "–",
        row.Met switch { true => "yes", false => "NO", null => "–" },
    ];
}
