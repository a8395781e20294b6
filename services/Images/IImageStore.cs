using MultiModalMesh.Errors;

namespace MultiModalMesh.Images;

/// <summary>
/// Pictures as they were sent, named by their content, each belonging to one tenant. A picture that was stored is whole, and what is read
/// is what its name says: the content is checked against the name.
/// </summary>
/// <remarks>
/// Throws <see cref="MeshException"/>: <see cref="ErrorReason.InvalidRequest"/> for a tenant or an id that is none,
/// <see cref="ErrorReason.StorageFailed"/> if the disk or the server refuses, or a picture is damaged.
/// </remarks>
public interface IImageStore
{
    /// <summary>Stores a file and returns when it is durable. The same bytes again are no second file.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.ImageTooLarge"/>, <see cref="ErrorReason.ImageUnreadable"/> if there are no bytes.</exception>
    Task<StoredImage> PutAsync(string tenant, Stream file, CancellationToken cancellationToken);

    /// <inheritdoc cref="PutAsync(string, Stream, CancellationToken)"/>
    Task<StoredImage> PutAsync(string tenant, ReadOnlyMemory<byte> file, CancellationToken cancellationToken);

    /// <summary>The file's bytes.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.ImageNotFound"/>.</exception>
    Task<byte[]> ReadAsync(string tenant, string id, CancellationToken cancellationToken);

    Task<bool> ExistsAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Deletes a picture.</summary>
    /// <returns>False if it was not there.</returns>
    Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Whether the store can be used now, for its operator. Throws nothing but a cancellation.</summary>
    Task<StoreCondition> CheckAsync(CancellationToken cancellationToken);
}
