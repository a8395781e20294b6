using MultiModalMesh.Retrieval.Search;
using MultiModalMesh.Retrieval.Storage;

namespace MultiModalMesh.Retrieval.Collections;

/// <summary>A collection that is open: its place in the database and its items in memory.</summary>
internal sealed class VectorCollection(StoredCollection stored)
{
    public StoredCollection Stored { get; } = stored;

    public VectorTable Table { get; } = new(stored.Dimensions);
}
