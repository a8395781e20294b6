using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine.Collections;

/// <summary>Writes items with their vectors into a collection that is made for them.</summary>
internal static class Transfer
{
    private const int ItemsPerWrite = 500;

    /// <summary>Makes the collection, or takes the one that is there if it is for the same vectors.</summary>
    /// <param name="from">What the vectors come from, as a refusal names it.</param>
    /// <exception cref="MeshException">CapabilityMissing: the target's model makes other vectors. CollectionExists.</exception>
    public static async Task PrepareAsync(MeshClient target, string collection, int dimensions, string? model, string from, CancellationToken cancellationToken)
    {
        await target.CreateCollectionAsync(collection, model?.Split('@')[0], dimensions, cancellationToken);
        if (await target.GetCollectionAsync(collection, cancellationToken) is var made && made.Model != model)
        {
            throw new MeshException(ErrorReason.CapabilityMissing, $"{from} has embeddings of '{model}', the mesh now has '{made.Model}', and the two cannot be compared.");
        }
    }

    /// <returns>How many were written; those with known ids replace what was there.</returns>
    public static async Task<long> WriteAsync(MeshClient target, string collection, IAsyncEnumerable<ItemAnswer> items, CancellationToken cancellationToken)
    {
        var written = 0L;
        await foreach (var batch in items.Chunk(ItemsPerWrite).WithCancellation(cancellationToken))
        {
            await target.WriteItemsAsync(collection, batch, cancellationToken);
            written += batch.Length;
        }

        return written;
    }
}
