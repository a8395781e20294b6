using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Caching;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Sessions;

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
    private const string InputIds = "input_ids";
    private const string AttentionMask = "attention_mask";
    private const string TextEmbeds = "text_embeds";

    private readonly ModelPack _pack;
    private readonly SharedEncoding _shared;
    private readonly GraphSession _graph;
    private readonly WorkQueue<EncodeJob> _queue;
    private readonly bool _takesMask;
    private readonly string _scope;

    internal TextEncoder(ModelPack pack, InferenceOptions options, SharedEncoding shared, TimeProvider time)
    {
        _pack = pack;
        _shared = shared;
        _graph = GraphSession.Open(pack.FilePath(PackFiles.Text), options);
        try
        {
            _takesMask = _graph.HasInput(AttentionMask);
            Check();
        }
        catch
        {
            _graph.Dispose();
            throw;
        }

        // Without a mask padding would be read as text: such graphs take texts of exactly the same length together.
        _scope = ContentKey.ScopeOf(pack, PackFiles.Text, PackFiles.Tokenizer);
        _queue = new WorkQueue<EncodeJob>(
            new WorkQueueSettings("text-encoder", options.EncoderQueueCapacity, options.EncoderMaxBatch, Threads: 1) { MaxDelay = options.EncoderMaxDelay },
            Run, time, job => _takesMask ? LengthBuckets.Of(job.Ids.Length) : job.Ids.Length);
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

        var job = new EncodeJob(ids.AsMemory(0, Math.Min(ids.Length, _pack.TextContextLength)));
        await _queue.RunAsync(job, urgency, cancellationToken);
        return new TextEncoding(job.Embedding!, ids.Length, ids.Length > _pack.TextContextLength, _pack.Id);
    }

    private void Check()
    {
        _graph.Input(InputIds, TensorElementType.Int64, 2);
        if (_takesMask)
        {
            _graph.Input(AttentionMask, TensorElementType.Int64, 2);
        }

        if (_graph.InputNames.FirstOrDefault(n => n is not (InputIds or AttentionMask)) is { } unknown)
        {
            throw _graph.Invalid($"the input '{unknown}' is not supported");
        }

        var dimensions = _graph.Output(TextEmbeds, TensorElementType.Float, 2).Shape[1];
        if (dimensions >= 0 && dimensions != _pack.Dimensions)
        {
            throw _graph.Invalid($"the output '{TextEmbeds}' has {dimensions} columns; {PackFiles.Manifest} says dimensions {_pack.Dimensions}");
        }
    }

    private void Run(IReadOnlyList<EncodeJob> batch)
    {
        var length = batch.Max(j => j.Ids.Length);
        var ids = new long[batch.Count * length];
        var mask = new long[ids.Length];
        for (var row = 0; row < batch.Count; row++)
        {
            var source = batch[row].Ids.Span;
            for (var i = 0; i < source.Length; i++)
            {
                ids[(row * length) + i] = source[i];
                mask[(row * length) + i] = 1;
            }
        }

        using var idValue = OrtValue.CreateTensorValueFromMemory(ids, [batch.Count, length]);
        using var maskValue = OrtValue.CreateTensorValueFromMemory(mask, [batch.Count, length]);
        using var outputs = _takesMask
            ? _graph.Run([InputIds, AttentionMask], [idValue, maskValue], [TextEmbeds])
            : _graph.Run([InputIds], [idValue], [TextEmbeds]);
        var embeddings = outputs[0].GetTensorDataAsSpan<float>();
        var dimensions = embeddings.Length / batch.Count;
        for (var row = 0; row < batch.Count; row++)
        {
            batch[row].Embedding = UnitLength.Of(embeddings.Slice(row * dimensions, dimensions));
        }
    }

    private sealed record EncodeJob(ReadOnlyMemory<int> Ids)
    {
        public float[]? Embedding { get; set; }
    }
}
