using System.Net;
using System.Text;
using MultiModalMesh.Errors;
using NetVips;

namespace MultiModalMesh.Evaluation.Reports;

/// <summary>A report as one HTML page that needs nothing else: the worst items' pictures are in it, made small.</summary>
public static class HtmlReport
{
    private const int ThumbnailEdge = 320;

    private const string Head =
        """
        <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
        <style>
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
        table { border-collapse: collapse; margin: 0 0 1.5rem; } .scroll { overflow-x: auto; }
        th, td { padding: .25rem .75rem; border-bottom: 1px solid #8886; text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
        th:first-child, td:first-child { text-align: start; }
        ul.worst { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1rem; }
        ul.worst li { border: 1px solid #8886; border-radius: .5rem; padding: .75rem; overflow-wrap: anywhere; }
        ul.worst img { display: block; max-width: 100%; max-height: 16rem; margin: 0 0 .5rem; border-radius: .25rem; }
        dl { margin: 0; } dt { font-size: .8rem; opacity: .8; } dd { margin: 0 0 .35rem; }
        </style>
        """;

    public static async Task<string> WriteAsync(EvaluationReport report, CancellationToken cancellationToken)
    {
        var title = Encode($"{report.Subject.Task}: {report.Subject.Model} on {report.Subject.DataSet}");
        var html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head>").Append(Head);
        html.Append(null, $"<title>{title}</title></head><body><main>\n<h1>{title}</h1>\n");
        html.Append(null, $"<p>{report.Items} items, {report.Failed} failed (counted as answered with nothing).</p>\n");
        foreach (var table in ReportTable.Of(report))
        {
            Append(html, table);
        }

        if (report.Worst.Count > 0)
        {
            html.Append("<h2>Worst items</h2>\n<ul class=\"worst\">\n");
            foreach (var item in report.Worst)
            {
                await AppendAsync(html, item, cancellationToken);
            }

            html.Append("</ul>\n");
        }

        html.Append("<h2>How to read this</h2>\n<ul>\n");
        foreach (var note in report.Notes)
        {
            html.Append(null, $"<li>{Encode(note)}</li>\n");
        }

        return html.Append("</ul>\n</main></body></html>\n").ToString();
    }

    private static void Append(StringBuilder html, ReportTable table)
    {
        html.Append(null, $"<h2>{Encode(table.Title)}</h2>\n<div class=\"scroll\" role=\"region\" aria-label=\"{Encode(table.Title)}\" tabindex=\"0\"><table><thead><tr>");
        html.AppendJoin("", table.Head.Select(cell => $"<th scope=\"col\">{Encode(cell)}</th>")).Append("</tr></thead><tbody>\n");
        foreach (var row in table.Rows)
        {
            html.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{Encode(cell)}</td>")).Append("</tr>\n");
        }

        html.Append("</tbody></table></div>\n");
    }

    private static async Task AppendAsync(StringBuilder html, WorstItem item, CancellationToken cancellationToken)
    {
        html.Append("<li>");
        if (item.Source is { } picture && await ThumbnailAsync(picture, cancellationToken) is { } data)
        {
            html.Append(null, $"<img alt=\"{Encode(picture.Name)}\" src=\"data:image/jpeg;base64,{data}\">");
        }

        html.Append("<dl>");
        Term("Item", $"{item.Id}, score {ReportTable.Figure(item.Score)}");
        Term("Question", item.Question);
        Term(item.Error is null ? "Answer" : "Failed", item.Error ?? item.Answer);
        Term("Expected", string.Join(" / ", item.Expected));
        html.Append("</dl></li>\n");

        void Term(string name, string? value)
        {
            if (value is not null)
            {
                html.Append(null, $"<dt>{name}</dt><dd>{Encode(value)}</dd>");
            }
        }
    }

    /// <summary>Null for a picture that cannot be read or decoded: that may be why its item is among the worst.</summary>
    private static async Task<string?> ThumbnailAsync(Items.Picture picture, CancellationToken cancellationToken)
    {
        try
        {
            using var small = Image.ThumbnailBuffer(await picture.ReadAsync(cancellationToken), ThumbnailEdge);
            using var flat = small.HasAlpha() ? small.Flatten(background: [255, 255, 255]) : small.Copy();
            return Convert.ToBase64String(flat.JpegsaveBuffer(q: 80));
        }
        catch (Exception failure) when (failure is VipsException or MeshException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
