using Microsoft.Extensions.Options;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>Configuration <c>Jobs</c>, of a silo.</summary>
public sealed class JobOptions
{
    public const string Section = "Jobs";

    /// <summary>How long a job that has ended is kept; then it is deleted with its results and pictures. Default: seven days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Jobs of one user that may run; the next is refused with OVERLOADED. Range 1..1000, default 32.</summary>
    public int MaxRunningJobs { get; set; } = 32;

    /// <summary>Items of one job that are worked on at a time, where the workers have places for so many. Range 1..1024, default 64.</summary>
    public int MaxItemsAtOnce { get; set; } = 64;

    /// <summary>How long an item may be worked on. Default: ten minutes.</summary>
    public TimeSpan ItemTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an item that no worker takes is tried before it fails. Default: one hour.</summary>
    public TimeSpan WorkerWait { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often results are written, so that a crash costs at most this much work. Default: half a second.</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(0.5);
}

internal sealed class JobOptionsValidator : IValidateOptions<JobOptions>
{
    public ValidateOptionsResult Validate(string? name, JobOptions options)
    {
        List<string> failures = [];
        CheckTime(options.Retention, nameof(options.Retention), TimeSpan.FromDays(3650));
        CheckTime(options.ItemTimeout, nameof(options.ItemTimeout), TimeSpan.FromDays(1));
        CheckTime(options.WorkerWait, nameof(options.WorkerWait), TimeSpan.FromDays(30));
        CheckTime(options.CheckpointInterval, nameof(options.CheckpointInterval), TimeSpan.FromMinutes(1));
        CheckCount(options.MaxRunningJobs, nameof(options.MaxRunningJobs), 1000);
        CheckCount(options.MaxItemsAtOnce, nameof(options.MaxItemsAtOnce), 1024);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void CheckTime(TimeSpan value, string key, TimeSpan longest)
        {
            if (value <= TimeSpan.Zero || value > longest)
            {
                failures.Add($"Jobs:{key} is '{value}', but must be above zero and at most '{longest}'.");
            }
        }

        void CheckCount(int value, string key, int most)
        {
            if (value < 1 || value > most)
            {
                failures.Add($"Jobs:{key} is '{value}', but must be 1..{most}.");
            }
        }
    }
}
