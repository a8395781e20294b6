using MultiModalMesh.Chaos.Rounds;

namespace MultiModalMesh.Chaos.Reporting;

/// <param name="Store">garnet or postgresql.</param>
/// <param name="Seed">The same seed asks the same and draws the same faults and moments.</param>
/// <param name="At">When the run began.</param>
/// <param name="Processors">That this program could use; the mesh has the same ones.</param>
/// <param name="LoadBefore">Processes that wanted to run in the minute before; null where the system does not say.</param>
/// <param name="EndedByThemselves">Processes that ended although no fault killed them, and were started again.</param>
/// <param name="Rounds">In order.</param>
internal sealed record RunReport(
    string Store, int Seed, DateTimeOffset At, int Processors, double? LoadBefore, int EndedByThemselves, IReadOnlyList<RoundResult> Rounds)
{
    public static double? LoadNow()
    {
        const string File = "/proc/loadavg";
        return System.IO.File.Exists(File)
            ? double.Parse(System.IO.File.ReadAllText(File).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)
            : null;
    }
}
