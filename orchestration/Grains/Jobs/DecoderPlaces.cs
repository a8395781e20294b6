using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>How many answers the workers of a model write at a time, by their reports.</summary>
internal sealed class DecoderPlaces(IGrainFactory grains)
{
    /// <summary>Of a worker that does not tell.</summary>
    private const int Unknown = 4;

    public async Task<int> CountAsync(string model)
    {
        var workers = await grains.GetGrain<IWorkerDirectoryGrain>(0).ListAsync();
        return workers.Where(worker => worker.Offers.Any(offer => Fits(offer, model))).Sum(PlacesOf);
    }

    private static bool Fits(WorkerOffer offer, string model) =>
        offer.Capabilities.Contains(Capabilities.Chat, StringComparer.Ordinal) && (model.Length == 0 || model == offer.Model || model == $"{offer.Model}@{offer.Version}");

    private static int PlacesOf(WorkerReport worker) =>
        worker.Backlogs.Where(backlog => backlog.Capabilities.Contains(Capabilities.Chat, StringComparer.Ordinal)).Sum(backlog => backlog.Places) is > 0 and var places ? places : Unknown;
}
