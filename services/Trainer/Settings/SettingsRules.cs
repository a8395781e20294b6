using System.Text.RegularExpressions;

namespace MultiModalMesh.Trainer.Settings;

/// <summary>What several settings must be together.</summary>
internal static partial class SettingsRules
{
    /// <returns>Key and what is wrong.</returns>
    public static IEnumerable<(string Key, string Message)> Broken(TrainingSettings settings)
    {
        var optimization = settings.Optimization;
        if (optimization.WarmupSteps >= optimization.Steps)
        {
            yield return ("optimization.warmup_steps", $"{optimization.WarmupSteps} must be below optimization.steps, {optimization.Steps}.");
        }

        if (optimization.FinalLearningRate > optimization.LearningRate)
        {
            yield return ("optimization.final_learning_rate", FormattableString.Invariant($"{optimization.FinalLearningRate} must not be above optimization.learning_rate, {optimization.LearningRate}."));
        }

        if (!DeviceName().IsMatch(settings.Device))
        {
            yield return ("device", $"'{settings.Device}' is none; it takes auto, cpu, cuda or cuda:N.");
        }

        if (settings.Stage == Stage.Picto)
        {
            foreach (var problem in BrokenPicto(settings))
            {
                yield return problem;
            }

            yield break;
        }

        if (settings.Data.Sources.Count == 0)
        {
            yield return ("data.sources", "a stage on your own data needs one source at least.");
        }

        for (var i = 0; i < settings.Data.Sources.Count; i++)
        {
            if (settings.Data.Sources[i].Synthetic == (settings.Data.Sources[i].Path.Length > 0))
            {
                yield return ($"data.sources[{i}]", "a source has either a path or 'synthetic: true'.");
            }
        }

        if (settings.Lora.Rank > 0 && settings.Init.Length == 0)
        {
            yield return ("lora.rank", "adapters adapt a pack: name one in 'init'.");
        }

        if (settings.Lora.Rank == 0 && optimization.Frozen.Contains("*") && optimization.Trained.Count == 0)
        {
            yield return ("optimization.frozen", "everything is frozen; name what learns in optimization.trained, or set lora.rank.");
        }

        if (settings.Contrastive.HardNegatives > 0 && settings.Stage != Stage.Contrastive)
        {
            yield return ("contrastive.hard_negatives", "hard negatives are for the contrastive stage.");
        }

        if (settings.Stage == Stage.Contrastive && optimization.BatchSize < 2 * (1 + settings.Contrastive.HardNegatives))
        {
            yield return ("optimization.batch_size", $"{optimization.BatchSize} is too small: the contrastive stage needs {2 * (1 + settings.Contrastive.HardNegatives)}, two samples with their hard negatives.");
        }
    }

    private static IEnumerable<(string Key, string Message)> BrokenPicto(TrainingSettings settings)
    {
        if (settings.Data.Sources.Count > 0)
        {
            yield return ("data.sources", "the picto stage draws its own pictures; another stage takes 'synthetic: true' beside other sources.");
        }

        if (settings.Lora.Rank > 0 || settings.Optimization.Frozen.Count > 0)
        {
            yield return (settings.Lora.Rank > 0 ? "lora.rank" : "optimization.frozen", "the picto stage trains all weights.");
        }

        if (settings.Optimization.Accumulate > 1)
        {
            yield return ("optimization.accumulate", "the picto stage takes one batch a step; raise optimization.batch_size.");
        }
    }

    [GeneratedRegex("^(auto|cpu|cuda|cuda:[0-9]+)$")]
    private static partial Regex DeviceName();
}
