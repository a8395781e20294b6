using System.Globalization;
using System.Net;
using System.Text;
using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Reports;

/// <summary>A small picture for a page, and the size of the one it was made of.</summary>
/// <param name="Jpeg">Encoded.</param>
/// <param name="Width">Of the stored picture, in pixels: boxes are given in them.</param>
public sealed record Thumbnail(byte[] Jpeg, int Width, int Height);

/// <summary>One HTML page that needs nothing beside it: pictures with their boxes, captions, questions and answers.</summary>
public static class ContactSheet
{
    private const int MaxBoxes = 40, MaxLines = 12;

    /// <param name="examples">Each with its picture, or with what is wrong with it.</param>
    public static string Of(string title, IEnumerable<(Example Example, Thumbnail? Picture, string? Problem)> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        var page = new StringBuilder().Append(CultureInfo.InvariantCulture, $$"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{Text(title)}}</title><style>
            :root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
            body { margin: 2rem; } h1 { font-size: 1.3rem; }
            main { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1.2rem; }
            article { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .6rem; overflow: hidden; }
            figure { margin: 0; position: relative; } img { display: block; width: 100%; } svg { position: absolute; inset: 0; width: 100%; height: 100%; }
            rect { fill: none; stroke: #ff2d78; stroke-width: 2; vector-effect: non-scaling-stroke; } rect.crowd { stroke-dasharray: 6 4; }
            section { padding: .7rem .9rem; } h2 { font: 600 .8rem ui-monospace, monospace; margin: 0 0 .4rem; overflow-wrap: anywhere; }
            ul { margin: 0 0 .4rem; padding-left: 1.1rem; } .problem { color: #c0392b; } small { opacity: .75; } .label { float: right; }
            </style></head><body><h1>{{Text(title)}}</h1><main>

            """);
        foreach (var (example, picture, problem) in examples)
        {
            page.Append("<article>");
            if (picture is not null)
            {
                Figure(page, example, picture);
            }

            page.Append("<section><h2>").Append(Text(example.Id)).Append(example.Label is null ? "" : $" <span class=\"label\">{Text(example.Label)}</span>").Append("</h2>");
            if (problem is not null)
            {
                page.Append("<p class=\"problem\">").Append(Text(problem)).Append("</p>");
            }

            List(page, example.Captions);
            List(page, example.Questions.Select(q => $"{q.Text} → {Answers(q)}"));
            List(page, example.Turns.Select(t => $"{t.Question} → {t.Answer}"));
            List(page, example.Relationships.Select(r => $"{r.SubjectName} {r.Predicate} {r.ObjectName}"));
            if (example.Metadata.Count > 0)
            {
                page.Append("<small>").Append(Text(string.Join(" · ", example.Metadata.Select(m => $"{m.Key}: {m.Value}").Take(MaxLines)))).Append("</small>");
            }

            page.Append("</section></article>\n");
        }

        return page.Append("</main></body></html>\n").ToString();
    }

    private static void Figure(StringBuilder page, Example example, Thumbnail picture)
    {
        page.Append("<figure><img alt=\"").Append(Text(example.Captions is [var first, ..] ? first : example.Label ?? example.Id)).Append("\" src=\"data:image/jpeg;base64,").Append(Convert.ToBase64String(picture.Jpeg)).Append("\">");
        var boxes = example.Objects.Select(o => (o.Category, o.Box, o.IsCrowd)).Concat(example.Regions.Select(r => (r.Phrase, r.Box, false))).Take(MaxBoxes).ToList();
        if (boxes.Count > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {picture.Width} {picture.Height}\" preserveAspectRatio=\"none\">");
            foreach (var (name, box, isCrowd) in boxes)
            {
                page.Append(CultureInfo.InvariantCulture, $"<rect x=\"{box.X}\" y=\"{box.Y}\" width=\"{Math.Max(0, box.Width)}\" height=\"{Math.Max(0, box.Height)}\"{(isCrowd ? " class=\"crowd\"" : "")}><title>{Text(name)}</title></rect>");
            }

            page.Append("</svg>");
        }

        page.Append("</figure>");
    }

    private static void List(StringBuilder page, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count == 0)
        {
            return;
        }

        page.Append("<ul>");
        foreach (var line in all.Take(MaxLines))
        {
            page.Append("<li>").Append(Text(line)).Append("</li>");
        }

        page.Append(all.Count > MaxLines ? $"<li><small>and {all.Count - MaxLines} more</small></li></ul>" : "</ul>");
    }

    /// <summary>Ten people answer in VQA v2: what they said, and how many of them.</summary>
    private static string Answers(Question question) => question.Answers.Count == 0 ? "?" : string.Join(", ",
        question.Answers.GroupBy(a => a.Text, StringComparer.Ordinal).OrderByDescending(g => g.Count()).Select(g => g.Count() == 1 ? g.Key : $"{g.Key} ×{g.Count()}"));

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
