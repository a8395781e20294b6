using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Images;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>Erases what a deleted dialogue leaves: pictures that nothing else of the tenant uses, and what the store's files still have of it.</summary>
/// <remarks>
/// A picture is used by every dialogue that names it, be it in a turn or in a hit, and by every item of a collection whose payload does. That
/// is looked up and not counted: a count would have to survive every crash between two records.
/// </remarks>
internal sealed class DialogueEraser(IStateStore store, IImageStore images, WorkerPool workers)
{
    private static readonly RouteRequest Route = new() { Capability = Capabilities.Retrieval };

    /// <summary>May be repeated.</summary>
    /// <returns>How many pictures were deleted.</returns>
    /// <exception cref="Errors.MeshException">Something could not be asked or deleted; nothing that may be used was deleted.</exception>
    public async Task<int> EraseAsync(DialogueKey key, Erasure erasure, CancellationToken cancellationToken)
    {
        // First what needs nobody else: the turns are in no record any more, but may be in a log of the store.
        await store.ScrubAsync();
        var unused = await FindUnusedAsync(key.Tenant, [.. erasure.ImageIds], cancellationToken);
        var deleted = 0;
        foreach (var id in unused)
        {
            deleted += await images.DeleteAsync(key.Tenant, id, cancellationToken) ? 1 : 0;
        }

        return deleted;
    }

    private async Task<IReadOnlyList<string>> FindUnusedAsync(string tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count > 0)
        {
            var inDialogues = await store.FindMentionedAsync(DialogueGrain.StateName, $"{tenant}/", ids, cancellationToken);
            ids = [.. ids.Where(id => !inDialogues.Contains(id))];
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
