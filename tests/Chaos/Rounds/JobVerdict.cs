using MultiModalMesh.Chaos.Load;

namespace MultiModalMesh.Chaos.Rounds;

/// <summary>What became of a round's job.</summary>
/// <param name="Acknowledged">Jobs that the mesh promised to do.</param>
/// <param name="Items">Of these.</param>
/// <param name="Lost">Items without a result at the deadline.</param>
/// <param name="Doubled">Results too many, or of items that there are not.</param>
/// <param name="Different">Items that failed, or with another answer than on the calm mesh, or whose result changed after it was read.</param>
/// <param name="Findings">A sentence for everything that is counted above as it should not be.</param>
internal sealed record JobVerdict(int Acknowledged, int Items, int Lost, int Doubled, int Different, IReadOnlyList<string> Findings)
{
    public bool Kept => Lost + Doubled + Different == 0;

    /// <param name="run">A job whose client is done.</param>
    /// <param name="expected">The answers of the calm mesh, by item.</param>
    /// <param name="stored">The results as a gateway returns them; none if it does not know the job.</param>
    public static JobVerdict Judge(JobRun run, IReadOnlyList<string> expected, IReadOnlyList<ItemResult> stored)
    {
        if (run.JobId is null)
        {
            return new JobVerdict(0, 0, 0, 0, 0, []);
        }

        List<string> findings = [];
        var (lost, doubled, different) = (0, 0, 0);
        for (var index = 0; index < expected.Count; index++)
        {
            var found = stored.Where(result => result.Index == index).ToArray();
            var read = run.Results.FirstOrDefault(result => result.Index == index);
            if (found.Length == 0)
            {
                lost++;
                Find($"item {index} has no result");
                continue;
            }

            if (found.Length > 1)
            {
                doubled += found.Length - 1;
                Find($"item {index} has {found.Length} results");
            }

            if (found[0].Answer != expected[index] || (read is not null && read != found[0]))
            {
                different++;
                Find($"item {index} was read as {read} and is stored as {found[0]}, but should be '{expected[index]}'");
            }
        }

        if (stored.Count(result => result.Index < 0 || result.Index >= expected.Count) is > 0 and var strangers)
        {
            doubled += strangers;
            Find($"{strangers} results are of items that there are not");
        }

        if (run.Oddity is { } oddity)
        {
            doubled++;
            Find(oddity);
        }

        return new JobVerdict(1, expected.Count, lost, doubled, different, findings);

        void Find(string what) => findings.Add($"{run.RequestId}/{run.JobId}: {what}");
    }
}
