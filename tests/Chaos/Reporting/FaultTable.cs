using System.Globalization;
using System.Text;
using MultiModalMesh.Chaos.Rounds;

namespace MultiModalMesh.Chaos.Reporting;

/// <summary>One line a fault, as Markdown whose columns are aligned.</summary>
internal static class FaultTable
{
    private static readonly string[] Head =
        ["fault", "rounds", "acknowledged", "in the middle", "lost", "doubled", "stuck", "failed", "different", "went on after, p50", "max", "jobs", "items", "items lost", "items doubled", "items different"];

    public static string Write(IReadOnlyList<RoundResult> rounds)
    {
        List<string[]> lines = [Head, .. rounds.GroupBy(round => round.Fault).Select(group => Line(group.Key, [.. group]))];
        if (lines.Count > 2)
        {
            lines.Add(Line("all", rounds));
        }

        var widths = Enumerable.Range(0, Head.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            text.Append("| ").AppendJoin(" | ", lines[i].Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).AppendLine(" |");
            if (i == 0)
            {
                text.Append('|').AppendJoin('|', widths.Select((width, column) => column == 0 ? new string('-', width + 2) : new string('-', width + 1) + ':')).AppendLine("|");
            }
        }

        return text.ToString();
    }

    private static string[] Line(string name, IReadOnlyList<RoundResult> rounds)
    {
        var wentOn = rounds.Select(round => round.WentOnSeconds).OfType<double>().Order().ToArray();
        return
        [
            name, Number(rounds.Count), Sum(round => round.Acknowledged), Sum(round => round.InTheMiddle), Sum(round => round.Lost), Sum(round => round.Doubled),
            Sum(round => round.Stuck), Sum(round => round.Failed), Sum(round => round.Different),
            wentOn.Length == 0 || name == "all" ? "–" : Seconds(wentOn[(wentOn.Length - 1) / 2]), wentOn.Length == 0 || name == "all" ? "–" : Seconds(wentOn[^1]),
            Sum(round => round.Job.Acknowledged), Sum(round => round.Job.Items), Sum(round => round.Job.Lost), Sum(round => round.Job.Doubled), Sum(round => round.Job.Different),
        ];

        string Sum(Func<RoundResult, int> of) => Number(rounds.Sum(of));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s");
}
