using System.Globalization;
using System.Net;
using System.Text;
using MultiModalMesh.Trainer.Evaluation;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Reports;

/// <summary>What a run's folder tells: curves, figures before and after, answers with their pictures, and the configuration.</summary>
/// <param name="Before">What the model said at the first evaluation.</param>
/// <param name="After">At the last.</param>
internal sealed record RunReport(
    string Name, string Configuration, IReadOnlyList<Series> Losses, IReadOnlyList<Series> Figures, IReadOnlyList<Prediction> Before, IReadOnlyList<Prediction> After)
{
    private const int Shown = 36;

    private static readonly string[] NotLosses = ["samples", "learning_rate", "gradient_norm", "seconds", "samples_per_second"];

    public static RunReport Read(string run)
    {
        var predictions = PredictionFile.List(Path.Combine(run, PredictionFile.Folder));
        return new RunReport(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run))),
            File.ReadAllText(Path.Combine(run, SettingsFile.Name)),
            Series.FromColumns(Path.Combine(run, MetricsFile.Losses)),
            Series.FromRows(Path.Combine(run, MetricsFile.Figures)),
            predictions is [var first, _, ..] ? PredictionFile.Read(first.Path) : [],
            predictions is [.., var last] ? PredictionFile.Read(last.Path) : []);
    }

    public string ToHtml()
    {
        var html = new StringBuilder();
        html.Append(null, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Encode(Name)}: training report</title><style>{Style}</style></head><body><main><h1>{Encode(Name)}</h1>");
        AppendFigures(html);
        html.Append("<div class=\"charts\">");
        html.Append(LineChart.Draw("Training loss", [.. Losses.Where(s => !NotLosses.Contains(s.Name))]));
        html.Append(LineChart.Draw("Validation loss", [.. Figures.Where(f => f.Name == "loss")]));
        html.Append(LineChart.Draw("Validation: share right", [.. Figures.Where(f => f.Name != "loss")], top: 1));
        html.Append(LineChart.Draw("Learning rate", [.. Losses.Where(s => s.Name == "learning_rate")]));
        html.Append(LineChart.Draw("Gradient norm before clipping", [.. Losses.Where(s => s.Name == "gradient_norm")]));
        html.Append("</div>");
        AppendAnswers(html, "Wrong", After.Where(p => p.Right < 0.5));
        AppendAnswers(html, "Right", After.Where(p => p.Right >= 0.5));
        html.Append(null, $"<h2>Configuration</h2><pre>{Encode(Configuration)}</pre></main></body></html>");
        return html.ToString();
    }

    private void AppendFigures(StringBuilder html)
    {
        if (Figures.Count == 0)
        {
            html.Append("<p>Nothing was evaluated: the data has no validation split.</p>");
            return;
        }

        html.Append("<table><tr><th>on validation examples</th><th>at the start</th><th>at the end</th></tr>");
        foreach (var figure in Figures)
        {
            html.Append(null, $"<tr><td>{Encode(figure.Name.Replace('_', ' '))}</td><td>{Number(figure.Points[0].Value)}</td><td>{Number(figure.Points[^1].Value)}</td></tr>");
        }

        html.Append("</table>");
    }

    private void AppendAnswers(StringBuilder html, string title, IEnumerable<Prediction> answers)
    {
        var all = answers.ToArray();
        html.Append(null, $"<h2>{title}: {all.Length} of {After.Count}{(all.Length > Shown ? $", the first {Shown}" : "")}</h2><div class=\"answers\">");
        foreach (var answer in all.Take(Shown))
        {
            var before = Before.FirstOrDefault(b => b.Example == answer.Example && b.Question == answer.Question);
            html.Append(null, $"<article class=\"{(answer.Right >= 0.5 ? "right" : "wrong")}\"><img alt=\"{Encode(answer.Example)}\" src=\"data:image/png;base64,{Convert.ToBase64String(answer.Picture)}\"><p class=\"asked\">{Encode(answer.Question)}</p><p>{Encode(answer.Said.Length == 0 ? "(nothing)" : answer.Said)}</p>");
            if (answer.Right < 1)
            {
                html.Append(null, $"<p class=\"note\">expected: {Encode(string.Join(" / ", answer.Expected.Distinct(StringComparer.Ordinal).Take(3)))}</p>");
            }

            if (before is not null && before.Said != answer.Said)
            {
                html.Append(null, $"<p class=\"note\">before: {Encode(before.Said)}</p>");
            }

            html.Append("</article>");
        }

        html.Append("</div>");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private const string Style = """
        :root{color-scheme:light dark;--line:#8884;--soft:#8881}body{font:15px/1.45 system-ui,sans-serif;margin:0}main{max-width:1120px;margin:0 auto;padding:24px}
        h1{margin:0 0 12px}h2{margin:28px 0 10px}table{border-collapse:collapse}td,th{padding:4px 14px 4px 0;border-bottom:1px solid var(--line);text-align:left}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));gap:18px;margin-top:20px}figure{margin:0}figcaption{font-weight:600}svg{width:100%;height:auto}
        svg text{font-size:11px;fill:currentColor}.grid{stroke:var(--line)}.legend{margin:0;font-size:13px}.legend span{margin-right:14px}.legend i{display:inline-block;width:10px;height:10px;margin-right:5px;border-radius:2px}
        .answers{display:grid;grid-template-columns:repeat(auto-fill,minmax(170px,1fr));gap:12px}article{background:var(--soft);border-top:3px solid #059669;border-radius:6px;padding:10px}
        article.wrong{border-top-color:#dc2626}article img{width:96px;height:96px;border-radius:4px;display:block}article p{margin:6px 0 0;overflow-wrap:anywhere}.asked,.note{font-size:12px;opacity:.75}
        pre{background:var(--soft);padding:14px;border-radius:6px;overflow:auto}
        """;
}
