using System.Globalization;
using MultiModalMesh.Errors;
using MultiModalMesh.Trainer.Settings;

namespace MultiModalMesh.Trainer.Model;

/// <summary>Which parameters learn, and how fast beside each other.</summary>
internal sealed class LearningRates(PictoShape shape, OptimizationSettings settings, bool hasAdapters)
{
    /// <exception cref="MeshException">A pattern names nothing, or nothing is left to learn.</exception>
    public void Apply(ParameterStore parameters)
    {
        var names = parameters.Declared.Where(d => !d.IsBuffer).Select(d => d.Name).ToArray();
        foreach (var (key, pattern) in settings.Frozen.Select(p => ("frozen", p)).Concat(settings.Trained.Select(p => ("trained", p))))
        {
            if (!Array.Exists(names, n => NamePatterns.Match([pattern], n)))
            {
                throw new MeshException(ErrorReason.InvalidRequest, $"optimization.{key}: no parameter is named '{pattern}'; they begin with {string.Join(", ", names.Select(n => n.Split('.')[0]).Distinct())}.");
            }
        }

        parameters.Train(Of);
        if (!parameters.Declared.Any(d => !d.IsBuffer && d.Rate > 0))
        {
            throw new MeshException(ErrorReason.InvalidRequest, "optimization.frozen: nothing is left to learn; name exceptions in optimization.trained.");
        }
    }

    /// <summary>Factor of the learning rate; 0 is frozen.</summary>
    public float Of(string name)
    {
        var frozen = NamePatterns.Match(settings.Frozen, name) || (hasAdapters && settings.Frozen.Count == 0);
        return frozen && !LowRank.IsAdapter(name) && !NamePatterns.Match(settings.Trained, name) ? 0 : (float)Math.Pow(settings.LayerDecay, BelowOutput(name));
    }

    /// <summary>Layers between this one and the output of its tower; heads are the last layer, embeddings and the stem the first.</summary>
    private int BelowOutput(string name)
    {
        var parts = name.Split('.');
        var blocks = parts[0] switch { "vision" => shape.VisionBlocks, "text" => shape.TextBlocks, _ => shape.DecoderBlocks };
        return parts switch
        {
            [_, "blocks", var index, ..] => blocks - int.Parse(index, CultureInfo.InvariantCulture),
            ["embed_tokens", ..] or [_, "stem" or "positions", ..] => blocks + 1,
            _ => 0,
        };
    }
}
