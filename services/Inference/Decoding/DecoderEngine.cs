using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Generates answers with one pack's decoder. A bounded number of sequences advance together, a token each per step, on a thread of the
/// engine's own; a bounded number wait; one more is refused at once. Keys and values of finished sequences are kept for prompts that extend
/// them. Safe for concurrent use.
/// </summary>
public sealed class DecoderEngine : IDisposable
{
    private readonly ModelPack _pack;
    private readonly TimeProvider _time;
    private readonly DecoderGraph _graph;
    private readonly FamiliarityGraph? _familiarity;
    private readonly DecoderRunner _runner;
    private readonly AdmissionQueue _queue;
    private readonly Scheduler _scheduler;
    private readonly AutoResetEvent _arrived = new(false);
    private readonly Thread _thread;
    private readonly ITimer _timer;
    private volatile bool _disposed;
    private volatile bool _tidy;

    private DecoderEngine(ModelPack pack, DecoderGraph graph, FamiliarityGraph? familiarity, DecoderRunner runner, bool canPad, InferenceOptions options, TimeProvider time)
    {
        _pack = pack;
        _graph = graph;
        _familiarity = familiarity;
        _runner = runner;
        _time = time;
        ContextLength = (int)Math.Clamp(options.RunningKvBytes / DecodeBatch.Bytes(graph, 1, 1), 2, Math.Max(2, pack.ContextLength));
        _queue = new AdmissionQueue(options, time);
        _scheduler = new Scheduler(runner, new BatchPolicy(graph, canPad), options, _queue, pack.EndTokenIds, time);
        _timer = time.CreateTimer(_ => Tidy(), null, options.CacheLifetime / 10, options.CacheLifetime / 10);
        _thread = new Thread(Work) { IsBackground = true, Name = $"{AdmissionQueue.Name}-{pack.Name}" };
        _thread.Start();
    }

    /// <summary>Positions of prompt and answer together: the pack's, or fewer where the memory for running answers does not hold one as long.</summary>
    public int ContextLength { get; }

    /// <summary>Sequences that advance now.</summary>
    public int ActiveSequences => _scheduler.Active;

    /// <summary>Sequences that wait for a place.</summary>
    public int WaitingSequences => _queue.Waiting;

    /// <summary>Positions, prompt and answer at its longest, of all that run and wait.</summary>
    public long TokensInFlight => _queue.TokensInFlight;

    /// <summary>Of the same, how many leave in a second, while there are any: tokens in flight over this are the seconds until they are done.</summary>
    public double TokensPerSecond => _queue.TokensPerSecond;

    /// <summary>Bytes of keys and values in memory, of answers that run and of those that are kept.</summary>
    public long KvBytes => _scheduler.RunningMemory.Bytes + _scheduler.CachedMemory.Bytes;

    /// <summary>Whether it writes about a picture only.</summary>
    internal bool NeedsPicture => _graph.Encoder is not null;

    /// <summary>Opens the decoder of a pack.</summary>
    /// <exception cref="MeshException">PackInvalid: names the file and the tensor or field.</exception>
    public static DecoderEngine Load(ModelPack pack, InferenceOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(pack);
        ArgumentNullException.ThrowIfNull(options);
        var graph = DecoderGraph.Open(pack, options);
        DecoderRunner? runner = null;
        FamiliarityGraph? familiarity = null;
        try
        {
            familiarity = FamiliarityGraph.Open(pack, graph.EmbeddingWidth, options);
            if (pack.Tokenizer.VocabularySize > graph.VocabularySize)
            {
                throw graph.Decoder.Invalid(
                    $"the output 'logits' has {graph.VocabularySize} columns; the tokenizer has {pack.Tokenizer.VocabularySize} tokens");
            }

            runner = new DecoderRunner(graph);
            return new DecoderEngine(pack, graph, familiarity, runner, PaddingProbe.CanPad(runner), options, time ?? TimeProvider.System);
        }
        catch (Exception e)
        {
            runner?.Dispose();
            familiarity?.Dispose();
            graph.Dispose();
            throw e is OnnxRuntimeException ? graph.Decoder.Invalid($"the graph cannot be run: {e.Message.Split('\n')[0]}") : e;
        }
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
        cancellationToken.ThrowIfCancellationRequested();
        request.Validate(_graph, ContextLength);

        // First, because a refusal must stay cheap when there are many: preparing a sequence hashes its picture.
        _queue.CheckRoom(request, Sequence.LongestOf(request, ContextLength));
        var sequence = new Sequence(request, _pack.Tokenizer, ContextLength, _graph.Encoder is not null, _time.GetTimestamp(), cancellationToken, _pack.Calibration, _familiarity);
        _queue.Add(sequence);
        _arrived.Set();
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
            _queue.Forget(sequence);
        }
    }

    /// <summary>Features of a picture without anything in it, for a decoder that needs one.</summary>
    /// <param name="tokens">Rows, where the graph leaves that open.</param>
    internal ImageFeatures BlankPicture(int tokens)
    {
        var shape = _graph.Encoder!.Shape;
        var (rows, width) = (shape[1] > 0 ? (int)shape[1] : Math.Max(1, tokens), shape[2] > 0 ? (int)shape[2] : _graph.EmbeddingWidth ?? 1);
        return new ImageFeatures(new float[rows * width], rows, width);
    }

    /// <summary>Ends what runs and waits, and frees the model.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _timer.Dispose();
        _arrived.Set();
        _thread.Join();
        _scheduler.Dispose();
        _runner.Dispose();
        _familiarity?.Dispose();
        _graph.Dispose();
    }

    // The cache belongs to the thread, which may be waiting for work.
    private void Tidy()
    {
        _tidy = true;
        _arrived.Set();
    }

    private void Work()
    {
        while (!_disposed)
        {
            if (_tidy)
            {
                _tidy = false;
                _scheduler.DropUnused();
            }

            if (!_scheduler.HasWork)
            {
                _arrived.WaitOne();
                continue;
            }

            try
            {
                _scheduler.Step();
            }
#pragma warning disable CA1031 // A defect must not end the process, nor leave readers waiting.
            catch (Exception e)
            {
                _scheduler.FailAll(e);
            }
#pragma warning restore CA1031
        }

        _queue.Close();
        _scheduler.FailAll(new MeshException(ErrorReason.PeerUnavailable, "The decoder is shutting down; ask another one."));
    }
}
