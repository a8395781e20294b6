using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Inference.Encoders;

/// <param name="Embedding">Length 1 in the Euclidean norm; the caller owns it.</param>
/// <param name="TokenCount">Tokens of the whole text, before any cut.</param>
/// <param name="Truncated">The text was longer than the model reads.</param>
/// <param name="Model">The pack, as <c>name@version</c>.</param>
public sealed record TextEncoding(float[] Embedding, int TokenCount, bool Truncated, string Model);

/// <summary>Texts to embeddings in the space of the pictures, in batches behind a bounded queue. Safe for concurrent use.</summary>
public sealed class TextEncoder : IDisposable
{
    private readonly ModelPack _pack;
    private readonly TextGraph _graph;
    private readonly WorkQueue<EncodeJob> _queue;

    internal TextEncoder(ModelPack pack, InferenceOptions options, TimeProvider time)
    {
        _pack = pack;
        _graph = TextGraph.Open(pack, options);
        _queue = new WorkQueue<EncodeJob>(
            new WorkQueueSettings("text-encoder", options.EncoderQueueCapacity, _graph.TakesRaggedBatches ? options.EncoderMaxBatch : 1, Threads: 1), Run, time);
    }

    /// <summary>Encodes a text; what exceeds the model's length is cut off.</summary>
    /// <param name="text">Not empty.</param>
    /// <param name="cancellationToken">Honoured until the text's batch starts.</param>
    /// <exception cref="MeshException">InvalidRequest for a text without tokens; Overloaded with a delay.</exception>
    public async Task<TextEncoding> EncodeAsync(string text, CancellationToken cancellationToken = default)
    {
        var ids = _pack.Tokenizer.Encode(text, addSpecialTokens: true, parseSpecialTokens: false);
        if (ids.Length == 0)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The text is empty.") { Field = "text" };
        }

        var job = new EncodeJob(_pack.TextInput!.Cut(ids));
        await _queue.RunAsync(job, cancellationToken);
        return new TextEncoding(job.Embedding!, ids.Length, ids.Length > _pack.TextContextLength, _pack.Id);
    }

    /// <summary>Tokens that <see cref="EncodeAsync"/> would count.</summary>
    public int CountTokens(string text) => _pack.Tokenizer.Encode(text, addSpecialTokens: true, parseSpecialTokens: false).Length;

    public void Dispose()
    {
        _queue.Dispose();
        _graph.Dispose();
    }

    private void Run(IReadOnlyList<EncodeJob> batch)
    {
        var embeddings = _graph.Run([.. batch.Select(job => job.Ids)]);
        for (var i = 0; i < embeddings.Length; i++)
        {
            batch[i].Embedding = embeddings[i];
        }
    }

    private sealed record EncodeJob(ReadOnlyMemory<int> Ids)
    {
        public float[]? Embedding { get; set; }
    }
}
