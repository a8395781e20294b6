using System.Globalization;
using System.Net;
using System.Text;

namespace MultiModalMesh.Trainer.Reports;

/// <summary>Curves as inline SVG, so that a report is one file that any browser shows.</summary>
internal static class LineChart
{
    private const double Width = 520, Height = 240, Left = 52, Right = 12, Top = 12, Bottom = 28;

    private static readonly string[] Colours = ["#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2", "#be185d"];

    /// <param name="title">Says what is drawn.</param>
    /// <param name="series">In one scale.</param>
    /// <param name="top">Highest value of the axis, or null for that of the data.</param>
    public static string Draw(string title, IReadOnlyList<Series> series, double? top = null)
    {
        var points = series.SelectMany(s => s.Points).Where(p => double.IsFinite(p.Value)).ToArray();
        if (points.Length == 0)
        {
            return "";
        }

        var low = Math.Min(0, points.Min(p => p.Value));
        var high = top ?? points.Max(p => p.Value);
        high = high > low ? high : low + 1;
        var last = Math.Max(1, points.Max(p => p.Step));
        var svg = new StringBuilder();
        svg.Append(null, $"<figure><figcaption>{WebUtility.HtmlEncode(title)}</figcaption><svg viewBox=\"0 0 {Text(Width)} {Text(Height)}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">");
        for (var i = 0; i <= 4; i++)
        {
            var value = low + ((high - low) * i / 4);
            svg.Append(null, $"<line class=\"grid\" x1=\"{Text(Left)}\" x2=\"{Text(Width - Right)}\" y1=\"{Text(Y(value))}\" y2=\"{Text(Y(value))}\"/><text x=\"{Text(Left - 6)}\" y=\"{Text(Y(value) + 4)}\" text-anchor=\"end\">{value.ToString("G3", CultureInfo.InvariantCulture)}</text>");
            svg.Append(null, $"<text x=\"{Text(X(last * i / 4))}\" y=\"{Text(Height - 8)}\" text-anchor=\"middle\">{(last * i / 4).ToString("0", CultureInfo.InvariantCulture)}</text>");
        }

        foreach (var (curve, colour) in series.Select((s, i) => (s, Colours[i % Colours.Length])))
        {
            var drawn = curve.Points.Where(p => double.IsFinite(p.Value)).Select(p => (X: X(p.Step), Y: Y(Math.Min(p.Value, high)))).ToArray();
            svg.Append(null, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{string.Join(' ', drawn.Select(p => $"{Text(p.X)},{Text(p.Y)}"))}\"/>");
            if (drawn.Length <= 40)
            {
                svg.AppendJoin("", drawn.Select(p => $"<circle cx=\"{Text(p.X)}\" cy=\"{Text(p.Y)}\" r=\"3\" fill=\"{colour}\"/>"));
            }
        }

        svg.Append("</svg><p class=\"legend\">");
        svg.AppendJoin(" ", series.Select((s, i) => $"<span><i style=\"background:{Colours[i % Colours.Length]}\"></i>{WebUtility.HtmlEncode(s.Name.Replace('_', ' '))}</span>"));
        return svg.Append("</p></figure>").ToString();

        double X(double step) => Left + ((Width - Left - Right) * step / last);
        double Y(double value) => Height - Bottom - ((Height - Top - Bottom) * (value - low) / (high - low));
    }

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
