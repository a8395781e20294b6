using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks.Tests.Reporting;

public sealed class MarkdownTableTests
{
    [Theory]
    [InlineData(0.96, "| yes |")]
    [InlineData(0.94, "| NO  |")]
    public void A_line_says_whether_its_bar_is_met(double ratio, string met)
    {
        var row = Row.Ratio("ours / raw", "tokens/s", new Pairs([100], [100 * ratio]), "raw", "engine", Bar.AtLeast(0.95));

        var text = MarkdownTable.Write(new TableResult("decoder", [row], [], []));

        Assert.Contains(met, text, StringComparison.Ordinal);
        Assert.Contains("| >= 0.95 |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_a_promise_is_neither_met_nor_missed()
    {
        var row = Row.Ratio("ours / raw", "ms", new Pairs([2], [1]), "raw", "ours", bar: null);

        Assert.Null(row.Met);
    }
}
