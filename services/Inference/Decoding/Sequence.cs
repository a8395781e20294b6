using System.Runtime.InteropServices;
using System.Threading.Channels;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Constraints;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>One answer on its way: its tokens, its text, its reader. Used by the decoder's thread only, but for <see cref="Events"/> and <see cref="Abandon"/>.</summary>
internal sealed class Sequence
{
    private readonly CancellationToken _cancellation;
    private readonly AnswerText _text;
    private readonly List<int> _tokens;
    private readonly PositionKeys _positions;
    private readonly UInt128[] _given;
    private readonly int _limit;

    // Never holds more than the answer has tokens, plus two; so a slow reader can neither block the decoder nor make it grow.
    private readonly Channel<GenerationEvent> _events = Channel.CreateUnbounded<GenerationEvent>(new() { SingleReader = true, SingleWriter = true });
    private volatile bool _abandoned;
    private readonly AnswerCalibration? _calibration;
    private readonly double _familiar;
    private int _cachedTokens;
    private double _logProbability;

    /// <exception cref="MeshException">InvalidRequest: the prefix breaks the constraint.</exception>
    public Sequence(GenerationRequest request, Tokenizer tokenizer, int contextLength, bool isCrossAttention, long arrival, CancellationToken cancellation, AnswerCalibration? calibration = null, FamiliarityGraph? familiarity = null)
    {
        Request = request;
        _cancellation = cancellation;
        _text = new AnswerText(tokenizer, request.Sampling.StopSequences);
        _tokens = [.. request.Prompt, .. request.Prefix];
        Constraint = Resume(request);
        _positions = new PositionKeys(request.Image, isCrossAttention);
        _given = _positions.Of(Tokens, request.Image);
        FinalLength = LongestOf(request, contextLength);
        _limit = FinalLength - request.Prompt.Count;
        Arrival = arrival;
        _calibration = IsCalibrated(request) ? calibration : null;
        _familiar = _calibration is null ? 1 : familiarity?.Share(request.Image!) ?? 1;
        IsWeighed = request.Prefix.Count == 0 && (_calibration is not null || request.Sampling.LogProbabilities is not null);
    }

    public GenerationRequest Request { get; }

    /// <summary>Whether the probability of the whole answer is wanted: a resumed one has tokens whose probability nobody told.</summary>
    public bool IsWeighed { get; }

    /// <summary>Where the answer stands in what it must look like; null: it may look like anything.</summary>
    public ConstraintState? Constraint { get; }

    public long Arrival { get; }

    public long Started { get; set; }

    public ChannelReader<GenerationEvent> Events => _events.Reader;

    public bool IsCancelled => _abandoned || _cancellation.IsCancellationRequested;

    /// <summary>Prompt and answer so far; valid until the next token is accepted.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>Positions that prompt and answer have at most.</summary>
    public int FinalLength { get; }

    /// <summary>Who the positions of prompt and prefix are, for the prefix cache.</summary>
    public ReadOnlySpan<UInt128> GivenKeys => _given;

    /// <summary>Positions whose keys and values are computed.</summary>
    public int Computed { get; private set; }

    /// <summary>Rows of the picture's features that the computed positions took.</summary>
    public int ImageRow { get; private set; }

    public int CompletionTokens => _tokens.Count - Request.Prompt.Count;

    /// <summary>Positions that prompt and answer have at most.</summary>
    public static int LongestOf(GenerationRequest request, int contextLength) =>
        request.MaxNewTokens == 0 ? contextLength : (int)Math.Min((long)request.Prompt.Count + request.MaxNewTokens, contextLength);

    /// <summary>The reader has gone.</summary>
    public void Abandon() => _abandoned = true;

    /// <summary>Whether the prefix is the whole answer, so that there is nothing to compute.</summary>
    public bool IsComplete()
    {
        foreach (var id in Request.Prefix)
        {
            _text.Append(id);
        }

        return _text.Stopped || Constraint is { IsFinished: true } || CompletionTokens >= _limit;
    }

    /// <summary>Tells the reader that its prompt is being worked on.</summary>
    /// <param name="computed">Positions that came from the prefix cache.</param>
    public void Begin(int computed)
    {
        Advance(computed);
        _cachedTokens = Math.Min(computed, Request.Prompt.Count);
        _events.Writer.TryWrite(new PromptAccepted(Request.Prompt.Count, _cachedTokens));
    }

    /// <summary>Further positions are computed.</summary>
    public void Advance(int count)
    {
        ImageRow += Tokens.Slice(Computed, count).Count(GenerationRequest.ImagePosition);
        Computed += count;
    }

    /// <summary>Counts the probability of the next token in, before it is accepted.</summary>
    public void Weigh(double logProbability) => _logProbability += logProbability;

    /// <summary>Takes the next token. False: the answer is complete.</summary>
    public bool Accept(ChosenToken chosen, IReadOnlyList<int> endTokens)
    {
        if (endTokens.Contains(chosen.Id))
        {
            return !Complete(FinishReason.Stop);
        }

        Constraint?.Accept(chosen.Id);
        _tokens.Add(chosen.Id);
        var token = new GeneratedToken(CompletionTokens - 1, chosen.Id, _text.Append(chosen.Id));
        _events.Writer.TryWrite(
            chosen.LogProbability is null ? token : token with { LogProbability = chosen.LogProbability, Alternatives = chosen.Alternatives });
        return !CompleteIfAtEnd();
    }

    /// <summary>Tells the reader that the answer is complete, if it is.</summary>
    public bool CompleteIfAtEnd() =>
        _text.Stopped ? Complete(FinishReason.StopSequence)
        : Constraint is { IsFinished: true } ? Complete(FinishReason.Stop)
        : CompletionTokens >= _limit && Complete(FinishReason.Length);

    /// <summary>Keys of the computed positions.</summary>
    public UInt128[] ComputedKeys()
    {
        var keys = new UInt128[Computed];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = i < _given.Length ? _given[i] : _positions.Of(_tokens[i]);
        }

        return keys;
    }

    /// <summary>Nothing follows any more.</summary>
    public void End(Exception? error = null) => _events.Writer.TryComplete(error);

    // Fitted on answers that nothing bent away from what the model would say of a picture.
    private static bool IsCalibrated(GenerationRequest request) =>
        request is { Image: not null, Constraint: null, Prefix.Count: 0, Sampling: { Temperature: 0, RepetitionPenalty: 1, LogitBias.Count: 0 } };

    private static ConstraintState? Resume(GenerationRequest request)
    {
        var state = request.Constraint?.Start();
        for (var i = 0; state is not null && i < request.Prefix.Count; i++)
        {
            try
            {
                state.Accept(request.Prefix[i]);
            }
            catch (ArgumentException e)
            {
                throw new MeshException(ErrorReason.InvalidRequest, $"prefix_token_ids: token {request.Prefix[i]} at {i} breaks the constraint; resume with the constraint that the prefix was made under.", e)
                {
                    Field = "prefix_token_ids",
                };
            }
        }

        return state;
    }

    private bool Complete(FinishReason reason)
    {
        var usage = new GenerationUsage(Request.Prompt.Count, _cachedTokens, CompletionTokens);
        double? logProbability = IsWeighed ? _logProbability : null;
        return _events.Writer.TryWrite(new GenerationCompleted(reason, _text.Finish(), usage)
        {
            LogProbability = logProbability,
            Confidence = reason == FinishReason.Stop && logProbability is { } sum ? _calibration?.Confidence(sum) * _familiar : null,
        });
    }
}
