using Microsoft.Extensions.Options;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>Configuration <c>Dialogues</c>.</summary>
public sealed class DialogueOptions
{
    public const string Section = "Dialogues";

    /// <summary>How long a turn waits for a worker before it fails. Default: two minutes.</summary>
    public TimeSpan WorkerWait { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a turn may be worked on. Default: ten minutes.</summary>
    public TimeSpan TurnTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a long answer is written while it grows, so that a crash costs at most this much work. Default: five seconds.</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a silo looks for dialogues that another one left unfinished. Default: five seconds.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Turns of one dialogue that may wait; the next is refused with OVERLOADED. Default: 32.</summary>
    public int MaxPendingTurns { get; set; } = 32;
}

internal sealed class DialogueOptionsValidator : IValidateOptions<DialogueOptions>
{
    public ValidateOptionsResult Validate(string? name, DialogueOptions options)
    {
        List<string> failures = [];
        Check(options.WorkerWait, nameof(options.WorkerWait));
        Check(options.TurnTimeout, nameof(options.TurnTimeout));
        Check(options.CheckpointInterval, nameof(options.CheckpointInterval));
        Check(options.SweepInterval, nameof(options.SweepInterval));
        if (options.MaxPendingTurns < 1)
        {
            failures.Add($"Dialogues:MaxPendingTurns is '{options.MaxPendingTurns}', but must be at least 1.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(TimeSpan value, string key)
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
            {
                failures.Add($"Dialogues:{key} is '{value}', but must be above zero and at most a day.");
            }
        }
    }
}
