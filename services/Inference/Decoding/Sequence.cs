using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using MultiModalMesh.Inference.Telemetry;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>One answer on its way: its tokens, its keys and values, its text. Used by the decoder's thread only, but for <see cref="Events"/> and <see cref="Abandon"/>.</summary>
internal sealed class Sequence
{
    private readonly GenerationRequest _request;
    private readonly CancellationToken _cancellation;
    private readonly AnswerText _text;
    private readonly List<int> _tokens;
    private readonly int _limit;

    // Never holds more than the answer has tokens, plus two; so a slow reader can neither block the decoder nor make it grow.
    private readonly Channel<GenerationEvent> _events = Channel.CreateUnbounded<GenerationEvent>(new() { SingleReader = true, SingleWriter = true });
    private volatile bool _abandoned;
    private KvState? _state;
    private int _cachedTokens;

    public Sequence(GenerationRequest request, Tokenizer tokenizer, int contextLength, long arrival, CancellationToken cancellation)
    {
        _request = request;
        _cancellation = cancellation;
        _text = new AnswerText(tokenizer, request.Sampling.StopSequences);
        _tokens = [.. request.Prompt, .. request.Prefix];
        var room = contextLength - request.Prompt.Count;
        _limit = request.MaxNewTokens == 0 ? room : Math.Min(request.MaxNewTokens, room);
        Arrival = arrival;
        if (request.Image is { } image)
        {
            Picture = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(image.Values)));
        }
    }

    public long Arrival { get; }

    public long Started { get; set; }

    /// <summary>Hash of the picture's features: what may share keys and values.</summary>
    public string? Picture { get; }

    public ChannelReader<GenerationEvent> Events => _events.Reader;

    public bool IsCancelled => _abandoned || _cancellation.IsCancellationRequested;

    private int CompletionTokens => _tokens.Count - _request.Prompt.Count;

    /// <summary>The reader has gone.</summary>
    public void Abandon() => _abandoned = true;

    /// <summary>Takes what the cache has. False: the answer is complete already.</summary>
    public bool Start(PrefixCache cache)
    {
        _state = cache.Find(_tokens, Picture);
        _cachedTokens = Math.Min(_state?.Length ?? 0, _request.Prompt.Count);
        InferenceInstruments.ReusedFromCache(_cachedTokens);
        _events.Writer.TryWrite(new PromptAccepted(_request.Prompt.Count, _cachedTokens));
        foreach (var id in _request.Prefix)
        {
            _text.Append(id);
        }

        return !(_text.Stopped ? Complete(FinishReason.StopSequence) : CompletionTokens >= _limit && Complete(FinishReason.Length));
    }

    /// <summary>Computes a chunk of the prompt or one token. False: the answer is complete.</summary>
    public bool Step(DecoderGraph graph, int endToken, int prefillChunk, float[] logits)
    {
        var done = _state?.Length ?? 0;
        var count = Math.Min(_tokens.Count - done, prefillChunk);
        var next = graph.Run(_state, _tokens, count, _request.Image, logits);
        _state?.Release();
        _state = next;
        if (done + count <= _request.Prompt.Count)
        {
            InferenceInstruments.Prefilled(count);
        }

        return done + count < _tokens.Count || Accept(Sampler.Choose(logits, _request.Sampling, CompletionTokens), endToken);
    }

    /// <summary>Ends the sequence, keeping its keys and values for the next prompt of the dialogue.</summary>
    public void End(PrefixCache cache, Exception? error = null)
    {
        if (_state is not null)
        {
            if (error is null)
            {
                cache.Add(_tokens, Picture, _state, _request.CacheKey);
            }

            _state.Release();
            _state = null;
        }

        _events.Writer.TryComplete(error);
    }

    private bool Accept(int id, int endToken)
    {
        if (id == endToken)
        {
            return !Complete(FinishReason.Stop);
        }

        InferenceInstruments.Generated();
        _tokens.Add(id);
        _events.Writer.TryWrite(new GeneratedToken(CompletionTokens - 1, id, _text.Append(id)));
        return !(_text.Stopped ? Complete(FinishReason.StopSequence) : CompletionTokens >= _limit && Complete(FinishReason.Length));
    }

    private bool Complete(FinishReason reason)
    {
        var usage = new GenerationUsage(_request.Prompt.Count, _cachedTokens, CompletionTokens);
        return _events.Writer.TryWrite(new GenerationCompleted(reason, _text.Finish(), usage));
    }
}
