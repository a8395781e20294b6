using System.Globalization;
using System.Text;

namespace MultiModalMesh.Chaos.Rolling;

/// <param name="Capacity">Turns a second.</param>
/// <param name="Rate">Turns a second that were asked for.</param>
/// <param name="Before">While nothing was restarted.</param>
/// <param name="During">While everything was, one after the other.</param>
/// <param name="Took">The restarts.</param>
internal sealed record RollingReport(double Capacity, double Rate, IReadOnlyList<TurnRecord> Before, IReadOnlyList<TurnRecord> During, TimeSpan Took)
{
    private static readonly TimeSpan FirstTokenBar = TimeSpan.FromSeconds(3);

    public bool Kept => Before.Concat(During).All(turn => turn.Failure is null) && FirstToken(During, 0.99) < FirstTokenBar;

    public IEnumerable<string> Failures => During.Concat(Before).Select(turn => turn.Failure).OfType<string>();

    public string Write() => new StringBuilder()
        .AppendLine("|                | turns | failed | requests repeated | first token, p50 |    p99 | whole turn, p99 |     max |")
        .AppendLine("|----------------|------:|-------:|------------------:|-----------------:|-------:|----------------:|--------:|")
        .AppendLine(Line("before", Before))
        .AppendLine(Line("while restarted", During))
        .ToString();

    private static string Line(string name, IReadOnlyList<TurnRecord> turns) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {name,-14} | {turns.Count,5} | {turns.Count(turn => turn.Failure is not null),6} | {turns.Sum(turn => turn.Repeats),17} | {FirstToken(turns, 0.5).TotalSeconds,14:0.00} s | {FirstToken(turns, 0.99).TotalSeconds,4:0.00} s | {Share(turns.Select(turn => turn.Whole), 0.99).TotalSeconds,13:0.00} s | {Share(turns.Select(turn => turn.Whole), 1).TotalSeconds,5:0.00} s |");

    private static TimeSpan FirstToken(IEnumerable<TurnRecord> turns, double share) => Share(turns.Select(turn => turn.FirstToken ?? turn.Whole), share);

    private static TimeSpan Share(IEnumerable<TimeSpan> times, double share)
    {
        var sorted = times.Order().ToArray();
        return sorted.Length == 0 ? TimeSpan.Zero : sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
