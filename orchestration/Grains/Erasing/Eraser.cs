using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Jobs;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Images;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Grains.Erasing;

/// <summary>Erases what a deleted dialogue or job leaves: pictures that nothing else of the tenant uses, and what the store's files still have of it.</summary>
/// <remarks>
/// A picture is used by every dialogue that names it, be it in a turn or in a hit, by every job that has it among its items, and by every item of a
/// collection whose payload names it. That is looked up and not counted: a count would have to survive every crash between two records.
/// </remarks>
internal sealed class Eraser(IStateStore store, IImageStore images, WorkerPool workers)
{
    private static readonly RouteRequest Route = new() { Capability = Capabilities.Retrieval };

    /// <summary>May be repeated.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="imageIds">What it had.</param>
    /// <param name="cancellationToken">Stops between two pictures.</param>
    /// <returns>How many pictures were deleted.</returns>
    /// <exception cref="Errors.MeshException">Something could not be asked or deleted; nothing that may be used was deleted.</exception>
    public async Task<int> EraseAsync(string tenant, IEnumerable<string> imageIds, CancellationToken cancellationToken)
    {
        // First what needs nobody else: what was said is in no record any more, but may be in a log of the store.
        await store.ScrubAsync();
        var unused = await FindUnusedAsync(tenant, [.. imageIds], cancellationToken);
        var deleted = 0;
        foreach (var id in unused)
        {
            deleted += await images.DeleteAsync(tenant, id, cancellationToken) ? 1 : 0;
        }

        return deleted;
    }

    private async Task<IReadOnlyList<string>> FindUnusedAsync(string tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        foreach (var stateName in (string[])[DialogueGrain.StateName, JobItems.StateName])
        {
            if (ids.Count > 0)
            {
                var mentioned = await store.FindMentionedAsync(stateName, $"{tenant}/", ids, cancellationToken);
                ids = [.. ids.Where(id => !mentioned.Contains(id))];
            }
        }

        if (ids.Count > 0)
        {
            var request = new FindUsedImagesRequest { Tenant = tenant, ImageIds = { ids } };
            var inCollections = await workers.CallAsync(
                Route, async (_, channel, token) => await new RetrievalService.RetrievalServiceClient(channel).FindUsedImagesAsync(request, cancellationToken: token), cancellationToken);
            ids = [.. ids.Except(inCollections.ImageIds, StringComparer.Ordinal)];
        }

        return ids;
    }
}
