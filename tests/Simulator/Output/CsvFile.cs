using System.Globalization;
using System.Text;
using MultiModalMesh.Simulator.Mesh;
using MultiModalMesh.Simulator.Studies;

namespace MultiModalMesh.Simulator.Output;

/// <summary>Results as a table that anything reads. Times in seconds.</summary>
internal static class CsvFile
{
    public static string Text(IEnumerable<(Study Study, IReadOnlyList<Outcome> Outcomes)> results)
    {
        var text = new StringBuilder("study,series,x,turns,first_token_p50,first_token_p99,wait_p50,wait_p99,hit_rate,busy_share,refused_share,retried\n");
        foreach (var (study, outcomes) in results)
        {
            foreach (var (point, outcome) in study.Points.Zip(outcomes))
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{study.Name},\"{point.Series}\",{point.X},{outcome.Turns},{outcome.FirstToken50:0.####},{outcome.FirstToken99:0.####},{outcome.Wait50:0.####},{outcome.Wait99:0.####},{outcome.HitRate:0.####},{outcome.BusyShare:0.####},{outcome.RefusedShare:0.######},{outcome.Retried}\n");
            }
        }

        return text.ToString();
    }

    public static string Text(IEnumerable<RouterCost> costs)
    {
        var text = new StringBuilder("workers,route_microseconds,refresh_microseconds,list_bytes\n");
        foreach (var cost in costs)
        {
            text.Append(CultureInfo.InvariantCulture, $"{cost.Workers},{cost.RouteMicroseconds:0.##},{cost.RefreshMicroseconds:0.#},{cost.ListBytes}\n");
        }

        return text.ToString();
    }
}
