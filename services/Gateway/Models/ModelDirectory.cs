using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Dialogues;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Gateway.Models;

/// <summary>A model pack that some worker serves.</summary>
/// <param name="Dimensions">Numbers in an embedding, 0 if it makes none.</param>
internal sealed record ServedModel(string Name, string Version, IReadOnlyList<string> Capabilities, int Dimensions)
{
    public string FullName => Version.Length == 0 ? Name : $"{Name}@{Version}";
}

/// <summary>What the workers that are there offer.</summary>
internal sealed class ModelDirectory(IGrainFactory grains, TimeProvider time)
{
    public async Task<IReadOnlyList<WorkerReport>> ListWorkersAsync(CancellationToken cancellationToken)
    {
        var workers = await GrainErrors.CallAsync(() => grains.GetGrain<IWorkerDirectoryGrain>(0).ListAsync(), time, cancellationToken);
        return [.. workers.OrderBy(worker => worker.WorkerId, StringComparer.Ordinal)];
    }

    /// <summary>The packs, by name; one that several workers serve is listed once, with what they can together.</summary>
    public async Task<IReadOnlyList<ServedModel>> ListModelsAsync(CancellationToken cancellationToken) =>
    [
        .. (await ListWorkersAsync(cancellationToken))
            .SelectMany(worker => worker.Offers)
            .Where(offer => offer.Model.Length > 0)
            .GroupBy(offer => offer.Model, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new ServedModel(
                group.Key,
                group.Max(offer => offer.Version)!,
                [.. group.SelectMany(offer => offer.Capabilities).Distinct().Order(StringComparer.Ordinal)],
                group.Max(offer => offer.Dimensions))),
    ];

    /// <exception cref="MeshException">ModelNotFound.</exception>
    public async Task<ServedModel> GetAsync(string name, CancellationToken cancellationToken)
    {
        var models = await ListModelsAsync(cancellationToken);
        return models.FirstOrDefault(model => model.Name == name) ?? throw NotFound(name, models);
    }

    /// <summary>
    /// The pack for embeddings. Without a name the one that embeds both pictures and texts, so that the two meet in one space,
    /// whichever worker does the work.
    /// </summary>
    /// <exception cref="MeshException">ModelNotFound, CapabilityMissing, NoWorker.</exception>
    public async Task<ServedModel> GetForEmbeddingsAsync(string name, CancellationToken cancellationToken)
    {
        var models = await ListModelsAsync(cancellationToken);
        if (name.Length > 0)
        {
            var named = models.FirstOrDefault(model => model.Name == name) ?? throw NotFound(name, models);
            return Embeds(named)
                ? named
                : throw new MeshException(ErrorReason.CapabilityMissing, $"The model '{name}' makes no embeddings; it can {string.Join(", ", named.Capabilities)}.") { Field = "model" };
        }

        return models.Where(Embeds).MaxBy(model => model.Capabilities.Count(IsEmbedding))
            ?? throw new MeshException(ErrorReason.NoWorker, "No encoder is there now; try again when one has started.");
    }

    private static bool Embeds(ServedModel model) => model.Capabilities.Any(IsEmbedding);

    private static bool IsEmbedding(string capability) => capability is Capabilities.ImageEmbedding or Capabilities.TextEmbedding;

    private static MeshException NotFound(string name, IReadOnlyList<ServedModel> models) =>
        new(ErrorReason.ModelNotFound, $"There is no model '{(name.Length > 80 ? name[..80] + "…" : name)}' here; there {(models.Count == 0 ? "is none now" : $"is {string.Join(", ", models.Select(m => $"'{m.Name}'"))}")}.")
        {
            Field = "model",
        };
}
