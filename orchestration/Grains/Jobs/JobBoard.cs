namespace MultiModalMesh.Grains.Jobs;

/// <summary>The jobs that told lately that they are worked on.</summary>
internal sealed class JobBoard(TimeProvider time)
{
    /// <summary>Five reports may get lost.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(6);

    private readonly Dictionary<string, (JobProgress Progress, long At)> _jobs = new(StringComparer.Ordinal);

    public JobsView View
    {
        get
        {
            foreach (var (key, job) in _jobs)
            {
                if (time.GetElapsedTime(job.At) > Lifetime)
                {
                    _jobs.Remove(key);
                }
            }

            var jobs = _jobs.Values.Select(job => job.Progress).ToArray();
            return new JobsView(jobs.Length, jobs.Sum(job => (long)job.Total), jobs.Sum(job => (long)job.Done), jobs.Sum(job => (long)job.Failed), jobs.Sum(job => job.PerSecond));
        }
    }

    public void Report(JobProgress progress)
    {
        if (progress.IsWorkedOn)
        {
            _jobs[progress.Key] = (progress, time.GetTimestamp());
        }
        else
        {
            _jobs.Remove(progress.Key);
        }
    }
}
