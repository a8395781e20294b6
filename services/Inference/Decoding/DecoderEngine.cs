using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Generates answers with one pack's decoder. A bounded number of sequences advance in turn, a step each, on a thread of the engine's own; a
/// bounded number wait; one more is refused at once. Keys and values of finished sequences are kept for prompts that extend them. Safe for
/// concurrent use.
/// </summary>
public sealed class DecoderEngine : IDisposable
{
    private const string QueueName = "decoder";

    private readonly ModelPack _pack;
    private readonly InferenceOptions _options;
    private readonly TimeProvider _time;
    private readonly DecoderGraph _graph;
    private readonly PrefixCache _cache;
    private readonly Channel<Sequence> _waiting;
    private readonly ServiceTimeEstimate _estimate = new();
    private readonly Thread _thread;
    private readonly int _endToken;
    private volatile int _active;
    private volatile bool _disposed;

    private DecoderEngine(ModelPack pack, DecoderGraph graph, InferenceOptions options, TimeProvider time)
    {
        _pack = pack;
        _graph = graph;
        _options = options;
        _time = time;
        _endToken = pack.EndTokenId ?? -1;
        _cache = new PrefixCache(options.PrefixCacheBytes);
        _waiting = Channel.CreateBounded<Sequence>(
            new BoundedChannelOptions(options.MaxWaitingSequences) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
        _thread = new Thread(Work) { IsBackground = true, Name = $"{QueueName}-{pack.Name}" };
        _thread.Start();
    }

    /// <summary>Positions of prompt and answer together.</summary>
    public int ContextLength => _pack.ContextLength;

    /// <summary>Sequences that advance now.</summary>
    public int ActiveSequences => _active;

    /// <summary>Sequences that wait for a place.</summary>
    public int WaitingSequences => _waiting.Reader.Count;

    /// <summary>Opens the decoder of a pack.</summary>
    /// <exception cref="MeshException">PackInvalid: names the file and the tensor or field.</exception>
    public static DecoderEngine Load(ModelPack pack, InferenceOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(pack);
        ArgumentNullException.ThrowIfNull(options);
        var graph = DecoderGraph.Open(pack, options);
        if (pack.Tokenizer.VocabularySize <= graph.VocabularySize || graph.VocabularySize < 0)
        {
            return new DecoderEngine(pack, graph, options, time ?? TimeProvider.System);
        }

        graph.Dispose();
        throw new MeshException(
            ErrorReason.PackInvalid,
            $"{pack.FilePath(PackFiles.Decoder)}: the output 'logits' has {graph.VocabularySize} columns; the tokenizer has {pack.Tokenizer.VocabularySize} tokens.");
    }

    /// <summary>
    /// Generates an answer. Nothing happens before the first event is asked for; cancelling, or leaving the loop, frees the sequence's place at
    /// its next step.
    /// </summary>
    /// <exception cref="MeshException">InvalidRequest, PromptTooLong, or Overloaded with a delay; thrown when the first event is asked for.</exception>
    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_disposed, this);
        request.Validate(_graph.VocabularySize, ContextLength, _graph.EmbeddingWidth);
        var sequence = new Sequence(request, _pack.Tokenizer, ContextLength, _time.GetTimestamp(), cancellationToken);
        InferenceInstruments.Enqueued(QueueName);
        if (!_waiting.Writer.TryWrite(sequence))
        {
            InferenceInstruments.Dequeued(QueueName, TimeSpan.Zero);
            InferenceInstruments.Refused(QueueName);
            throw new MeshException(ErrorReason.Overloaded, $"{_options.MaxWaitingSequences} answers are waiting already; try again later.")
            {
                RetryAfter = _estimate.Delay(_options.MaxWaitingSequences / (double)_options.MaxConcurrentSequences),
            };
        }

        try
        {
            await foreach (var generated in sequence.Events.ReadAllAsync(cancellationToken))
            {
                yield return generated;
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            sequence.Abandon();
        }
    }

    /// <summary>Ends what runs and waits, and frees the model.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _waiting.Writer.TryComplete();
        _thread.Join();
        _cache.Dispose();
        _graph.Dispose();
    }

    private void Work()
    {
        var active = new List<Sequence>(_options.MaxConcurrentSequences);
        var logits = new float[_graph.VocabularySize];
        while (active.Count > 0 || _waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            Admit(active);
            active.RemoveAll(sequence => !Advance(sequence, logits));
            _active = active.Count;
        }
    }

    private void Admit(List<Sequence> active)
    {
        while (active.Count < _options.MaxConcurrentSequences && _waiting.Reader.TryRead(out var sequence))
        {
            InferenceInstruments.Dequeued(QueueName, _time.GetElapsedTime(sequence.Arrival));
            sequence.Started = _time.GetTimestamp();
            if (Guard(sequence, () => !sequence.IsCancelled && sequence.Start(_cache)))
            {
                active.Add(sequence);
            }
        }
    }

    private bool Advance(Sequence sequence, float[] logits)
    {
        if (Guard(sequence, () => !sequence.IsCancelled && sequence.Step(_graph, _endToken, _options.PrefillChunk, logits)))
        {
            return true;
        }

        _estimate.Observe(_time.GetElapsedTime(sequence.Started));
        return false;
    }

    private bool Guard(Sequence sequence, Func<bool> work)
    {
        try
        {
            if (_disposed)
            {
                throw new MeshException(ErrorReason.PeerUnavailable, "The decoder is shutting down; ask another one.");
            }

            if (work())
            {
                return true;
            }

            sequence.End(_cache);
        }
#pragma warning disable CA1031 // Whatever it is belongs to this answer; the others go on.
        catch (Exception e)
        {
            sequence.End(_cache, e);
        }
#pragma warning restore CA1031

        return false;
    }
}
