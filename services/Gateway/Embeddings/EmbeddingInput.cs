using MultiModalMesh.Errors;

namespace MultiModalMesh.Gateway.Embeddings;

/// <summary>Something to embed, with the place where the request has it.</summary>
internal abstract record EmbeddingInput(string Field)
{
    internal sealed record Text(string Value, string Field) : EmbeddingInput(Field);

    /// <param name="Reference">An image id or a data URL.</param>
    /// <param name="Field">Where the request has it.</param>
    internal sealed record Image(string Reference, string Field) : EmbeddingInput(Field);
}

/// <summary>One input's outcome: a vector of length 1, or why there is none.</summary>
internal readonly record struct EmbeddingResult(float[]? Vector, MeshException? Error);

/// <param name="Model">The pack that answered, as "name@version".</param>
/// <param name="Tokens">Of all texts together.</param>
/// <param name="Results">In the order of the inputs.</param>
internal sealed record EmbeddingBatch(string Model, int Tokens, IReadOnlyList<EmbeddingResult> Results);
