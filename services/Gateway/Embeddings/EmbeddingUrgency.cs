namespace MultiModalMesh.Gateway.Embeddings;

/// <summary>How a request's inputs wait in the encoders' queues.</summary>
internal enum EmbeddingUrgency
{
    /// <summary>Somebody waits for the vectors.</summary>
    Interactive,

    /// <summary>They are stored, many at a time: others may go first.</summary>
    Bulk,
}
