using System.Text;

namespace MultiModalMesh.Evaluation.Reports;

/// <summary>A report as Markdown.</summary>
public static class MarkdownReport
{
    public static string Write(EvaluationReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(null, $"# {report.Subject.Task}: {Escape(report.Subject.Model)} on {Escape(report.Subject.DataSet)}").AppendLine();
        text.AppendLine(null, $"{report.Items} items, {report.Failed} failed (counted as answered with nothing).").AppendLine();
        foreach (var table in ReportTable.Of(report))
        {
            text.AppendLine(null, $"## {Escape(table.Title)}").AppendLine();
            Write(text, table);
        }

        if (report.Worst.Count > 0)
        {
            text.AppendLine("## Worst items").AppendLine();
            Write(text, new ReportTable("", ["Id", "Score", "Picture", "Question", "Answer", "Expected"], [.. report.Worst.Select(item => (string[])
                [item.Id, ReportTable.Figure(item.Score), item.Picture ?? "", item.Question ?? "", item.Error is null ? item.Answer : $"failed: {item.Error}", string.Join(" / ", item.Expected)])]));
        }

        foreach (var note in report.Notes)
        {
            text.AppendLine(null, $"- {note}");
        }

        return text.ToString();
    }

    /// <summary>Also used by the report of ratings.</summary>
    public static void Write(StringBuilder text, ReportTable table)
    {
        Row(table.Head);
        Row([.. table.Head.Select(_ => "---")]);
        foreach (var row in table.Rows)
        {
            Row([.. row.Select(Escape)]);
        }

        text.AppendLine();

        void Row(IReadOnlyList<string> cells) => text.AppendLine(null, $"| {string.Join(" | ", cells)} |");
    }

    private static string Escape(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
