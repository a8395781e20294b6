namespace MultiModalMesh.Chaos.Rounds;

/// <summary>What became of the turns of one round.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Fault">Its name.</param>
/// <param name="Moment">When it was to strike.</param>
/// <param name="Acknowledged">Turns that the mesh promised to answer.</param>
/// <param name="InTheMiddle">Turns that had begun and not ended when the fault struck.</param>
/// <param name="Lost">Acknowledged, but not in the dialogue.</param>
/// <param name="Doubled">In the dialogue more than once, or never asked for.</param>
/// <param name="Stuck">Not ended at the deadline.</param>
/// <param name="Failed">Ended with an error.</param>
/// <param name="Different">With another text than on the calm mesh, or whose stream had gaps, repetitions or another text than the answer.</param>
/// <param name="WentOnSeconds">From the strike until the last of the turns in the middle went on.</param>
/// <param name="Seconds">Of the whole round, until the mesh was whole again.</param>
/// <param name="Job">What became of the job that was submitted when the round began.</param>
/// <param name="Findings">A sentence for every turn that is counted above as it should not be.</param>
internal sealed record RoundResult(
    int Number,
    string Fault,
    string Moment,
    int Acknowledged,
    int InTheMiddle,
    int Lost,
    int Doubled,
    int Stuck,
    int Failed,
    int Different,
    double? WentOnSeconds,
    double Seconds,
    JobVerdict Job,
    IReadOnlyList<string> Findings)
{
    public bool Kept => Lost + Doubled + Stuck + Failed + Different == 0 && Job.Kept;
}
