using System.Runtime.InteropServices;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Caching;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Inference.Encoders;

/// <param name="Embedding">Length 1 in the Euclidean norm. Shared with the cache: do not write to it.</param>
/// <param name="TokenCount">Tokens of the whole text, before any cut.</param>
/// <param name="Truncated">The text was longer than the model reads.</param>
/// <param name="Model">The pack, as <c>name@version</c>.</param>
public sealed record TextEncoding(float[] Embedding, int TokenCount, bool Truncated, string Model);

/// <summary>
/// Texts to embeddings in the space of the pictures: they wait in a bounded queue and are run in batches of like length; what was encoded
/// lately comes from a cache. Safe for concurrent use.
/// </summary>
public sealed class TextEncoder : IDisposable
{
    private readonly ModelPack _pack;
    private readonly SharedEncoding _shared;
    private readonly TextGraph _graph;
    private readonly WorkQueue<EncodeJob> _queue;
    private readonly string _scope;

    internal TextEncoder(ModelPack pack, InferenceOptions options, SharedEncoding shared, TimeProvider time)
    {
        _pack = pack;
        _shared = shared;
        _graph = TextGraph.Open(pack, options);

        // Without a mask padding would be read as text: such graphs take texts of exactly the same length together.
        _scope = ContentKey.ScopeOf(pack, PackFiles.Text, PackFiles.Tokenizer);
        _queue = new WorkQueue<EncodeJob>(
            new WorkQueueSettings("text-encoder", options.EncoderQueueCapacity, options.EncoderMaxBatch, Threads: 1) { MaxDelay = options.EncoderMaxDelay },
            Run, time, job => _graph.TakesRaggedBatches ? LengthBuckets.Of(job.Ids.Length) : job.Ids.Length);
    }

    /// <inheritdoc cref="EncodeAsync(string, Urgency, CancellationToken)"/>
    public Task<TextEncoding> EncodeAsync(string text, CancellationToken cancellationToken = default) => EncodeAsync(text, default, cancellationToken);

    /// <summary>Encodes a text; what exceeds the model's length is cut off.</summary>
    /// <param name="text">Not empty.</param>
    /// <param name="urgency">How it waits.</param>
    /// <param name="cancellationToken">Honoured until the text's batch starts.</param>
    /// <exception cref="MeshException">InvalidRequest for a text without tokens; Overloaded with a delay; DeadlineExceeded.</exception>
    public Task<TextEncoding> EncodeAsync(string text, Urgency urgency, CancellationToken cancellationToken = default) =>
        _shared.Texts.GetAsync(
            ContentKey.Of(_scope, MemoryMarshal.AsBytes(text.AsSpan())), urgency.Priority, token => EncodeAnewAsync(text, urgency, token), cancellationToken);

    /// <summary>Tokens that <see cref="EncodeAsync(string, CancellationToken)"/> would count.</summary>
    public int CountTokens(string text) => _pack.Tokenizer.Encode(text, addSpecialTokens: true, parseSpecialTokens: false).Length;

    public void Dispose()
    {
        _queue.Dispose();
        _graph.Dispose();
    }

    private async Task<TextEncoding> EncodeAnewAsync(string text, Urgency urgency, CancellationToken cancellationToken)
    {
        var ids = _pack.Tokenizer.Encode(text, addSpecialTokens: true, parseSpecialTokens: false);
        if (ids.Length == 0)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The text is empty.") { Field = "text" };
        }

        var job = new EncodeJob(_pack.TextInput!.Cut(ids));
        await _queue.RunAsync(job, urgency, cancellationToken);
        return new TextEncoding(job.Embedding!, ids.Length, ids.Length > _pack.TextContextLength, _pack.Id);
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
