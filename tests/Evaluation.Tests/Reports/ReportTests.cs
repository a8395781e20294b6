using MultiModalMesh.Evaluation.Items;
using MultiModalMesh.Evaluation.Reports;
using MultiModalMesh.Evaluation.Scoring;
using MultiModalMesh.Evaluation.Statistics;
using NetVips;
using Picture = MultiModalMesh.Evaluation.Items.Picture;

namespace MultiModalMesh.Evaluation.Tests.Reports;

/// <summary>What people read.</summary>
public sealed class ReportTests
{
    [Fact]
    public async Task The_page_shows_the_pictures_of_the_worst_items_and_escapes_what_a_model_said()
    {
        using var black = Image.Black(900, 600);
        var png = black.PngsaveBuffer();
        var report = Report(new Picture("worst.png", _ => Task.FromResult(png)), "<script>alert(1)</script>", null);

        var html = await HtmlReport.WriteAsync(report, TestContext.Current.CancellationToken);

        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.Contains("alt=\"worst.png\"", html, StringComparison.Ordinal);
        var start = html.IndexOf("base64,", StringComparison.Ordinal) + 7;
        using var shown = Image.NewFromBuffer(Convert.FromBase64String(html[start..html.IndexOf('"', start)]));
        Assert.Equal(320, shown.Width);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_decoded_does_not_stop_the_report_and_the_failure_is_told()
    {
        var report = Report(new Picture("broken.png", _ => Task.FromResult<byte[]>([1, 2, 3])), "", "IMAGE_UNREADABLE");

        Assert.Contains("IMAGE_UNREADABLE", await HtmlReport.WriteAsync(report, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("1 failed", MarkdownReport.Write(report), StringComparison.Ordinal);
        Assert.Equal(new ItemFailure("1", "IMAGE_UNREADABLE"), Assert.Single(report.Failures));
    }

    private static EvaluationReport Report(Picture picture, string answer, string? error)
    {
        var run = new ScoredRun([Metric.Mean("score", [0.0, 1.0])],
            [new ScoredItem(new EvaluationItem("1") { Picture = picture }, answer, ["a dog"], 0, error), new ScoredItem(new EvaluationItem("2"), "fine", ["fine"], 1, null)],
            []);
        return EvaluationReport.Create(new ReportSubject("caption", "m", "d"), run, null, [], worst: 1, new Resampling(10));
    }
}
