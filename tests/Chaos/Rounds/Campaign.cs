using System.Diagnostics;
using MultiModalMesh.Chaos.Faults;
using MultiModalMesh.Chaos.Load;
using MultiModalMesh.Chaos.Processes;

namespace MultiModalMesh.Chaos.Rounds;

/// <summary>Round after round on one mesh: dialogues are led beside a job, a fault strikes, and every acknowledged turn and item is looked at.</summary>
internal sealed class Campaign
{
    private const int Dialogues = 6;
    private const int MaxAttempts = 60;

    private readonly ChaosMesh _mesh;
    private readonly Random _random;
    private readonly TimeSpan _deadline;
    private readonly List<DialoguePlan> _plans = [];
    private readonly List<IReadOnlyList<string>> _expected = [];
    private IReadOnlyList<string> _expectedItems = [];
    private int _events;

    /// <param name="mesh">Is whole.</param>
    /// <param name="random">Draws what is asked, which process is struck, and when.</param>
    /// <param name="deadline">From the end of a fault until every acknowledged turn has to have its end.</param>
    public Campaign(ChaosMesh mesh, Random random, TimeSpan deadline)
    {
        _mesh = mesh;
        _random = random;
        _deadline = deadline;
    }

    /// <summary>
    /// Draws what every round asks, and the answers that it has to get: from a mesh that nothing disturbs, one dialogue at a time. What the
    /// model answers too shortly to be interrupted is not taken.
    /// </summary>
    /// <returns>Events of all turns.</returns>
    public async Task<int> LearnAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; _plans.Count < Dialogues; attempt++)
        {
            var plan = DialoguePlan.Draw(_plans.Count, _random);
            var run = new DialogueRun($"calm-{attempt}", plan, new MeshClient(_mesh.Clients, 0), twin: null, StrikeMoment.Never);
            await run.RunAsync(cancellationToken).WaitAsync(_deadline, cancellationToken);
            if (run.Turns.FirstOrDefault(turn => turn.End is not { Failure: null } || turn.Oddity is not null) is { } broken)
            {
                throw new InvalidOperationException($"The calm mesh did not answer '{broken.Plan.Text}': {broken.End?.Failure ?? broken.Oddity}");
            }

            if (run.Turns[^1].Sequence >= run.Turns[^1].Plan.MaxTokens / 2 || attempt > MaxAttempts)
            {
                _plans.Add(plan);
                _expected.Add([.. run.Turns.Select(turn => turn.End!.Value.Answer)]);
                _events += run.Turns.Sum(turn => turn.Sequence);
            }
        }

        var job = new JobRun(JobPlan.Default, "calm", new MeshClient(_mesh.Clients, 0), twin: null);
        await job.RunAsync(cancellationToken).WaitAsync(_deadline, cancellationToken);
        _expectedItems = [.. job.Results.OrderBy(result => result.Index).Select(result =>
            result.Answer ?? throw new InvalidOperationException($"The calm mesh did not answer item {result.Index} of the job: {result.Error}"))];
        return _events;
    }

    public async Task<RoundResult> RunAsync(int number, Fault fault, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var moment = fault.Moments.Count == 0 ? StrikeMoment.Never : StrikeMoment.Draw(fault.Moments, _plans.Sum(plan => plan.Turns.Count), _events, _random);
        DialogueRun[] runs =
        [
            .. _plans.Select((plan, i) => new DialogueRun(
                $"round-{number}-{i}", plan, new MeshClient(_mesh.Clients, i), fault.PostsTwice ? new MeshClient(_mesh.Clients, i + 1) : null, moment)),
        ];
        var job = new JobRun(JobPlan.Default, $"round-{number}", new MeshClient(_mesh.Clients, number), fault.PostsTwice ? new MeshClient(_mesh.Clients, number + 1) : null);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var leading = Task.WhenAll([job.RunAsync(deadline.Token), .. runs.Select(run => run.RunAsync(deadline.Token))]);
        await Task.WhenAny(leading, moment.Come);

        var struckAt = Stopwatch.GetTimestamp();
        var interrupted = runs.SelectMany(run => run.Turns).Where(turn => turn.IsInTheMiddle).ToArray();
        await fault.StrikeAsync(_mesh, _random, cancellationToken);
        deadline.CancelAfter(_deadline);
        try
        {
            await leading;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The verdicts name the turns that have no end, and the items without a result.
        }

        await _mesh.WholeAsync(cancellationToken);
        var verdict = await JudgeAsync(runs, number, cancellationToken);
        var jobVerdict = await JudgeAsync(job, number, cancellationToken);
        var wentOn = interrupted.Select(turn => turn.WentOnAfter(struckAt)).OfType<TimeSpan>().ToArray();
        return new RoundResult(
            number,
            fault.Name,
            fault.Moments.Count == 0 ? "" : moment.ToString(),
            verdict.Acknowledged,
            interrupted.Length,
            verdict.Lost,
            verdict.Doubled,
            verdict.Stuck,
            verdict.Failed,
            verdict.Different,
            wentOn.Length == 0 ? null : wentOn.Max().TotalSeconds,
            Stopwatch.GetElapsedTime(began).TotalSeconds,
            jobVerdict,
            [.. verdict.Findings, .. jobVerdict.Findings]);
    }

    /// <summary>By what each gateway says, so that an answer from what a silo had before it was given up would be seen; the worst counts.</summary>
    private async Task<Verdict> JudgeAsync(DialogueRun[] runs, int number, CancellationToken cancellationToken)
    {
        var verdicts = new List<Verdict>();
        foreach (var gateway in _mesh.Clients)
        {
            var verdict = new Verdict();
            foreach (var (run, i) in runs.Select((run, i) => (run, i)))
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                patience.CancelAfter(_deadline);
                verdict.Judge(run, _expected[i], await new MeshClient([gateway], 0).GetDialogueAsync(run.Id, patience.Token));
            }

            verdicts.Add(verdict);
        }

        return verdicts.MaxBy(verdict => verdict.Findings.Count)
            ?? throw new InvalidOperationException($"Round {number} has no gateway to ask.");
    }

    private async Task<JobVerdict> JudgeAsync(JobRun job, int number, CancellationToken cancellationToken)
    {
        var verdicts = new List<JobVerdict>();
        foreach (var gateway in _mesh.Clients)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(_deadline);
            verdicts.Add(JobVerdict.Judge(job, _expectedItems, job.JobId is null ? [] : await new MeshClient([gateway], 0).GetResultsAsync(job.JobId, patience.Token)));
        }

        return verdicts.MaxBy(verdict => verdict.Findings.Count)
            ?? throw new InvalidOperationException($"Round {number} has no gateway to ask.");
    }
}
