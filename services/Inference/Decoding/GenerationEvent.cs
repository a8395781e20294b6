namespace MultiModalMesh.Inference.Decoding;

/// <summary>What <see cref="DecoderEngine.GenerateAsync"/> gives: one <see cref="PromptAccepted"/>, any number of <see cref="GeneratedToken"/>, one <see cref="GenerationCompleted"/>.</summary>
public abstract record GenerationEvent;

/// <param name="PromptTokens">Positions of the prompt, pictures included.</param>
/// <param name="CachedTokens">How many of them came from the KV cache.</param>
public sealed record PromptAccepted(int PromptTokens, int CachedTokens) : GenerationEvent;

/// <param name="Index">0 for the answer's first token; tokens of the request's prefix count.</param>
/// <param name="Id">The token.</param>
/// <param name="TextDelta">What the text certainly grows by; empty while a character or a possible stop sequence is unfinished.</param>
public sealed record GeneratedToken(int Index, int Id, string TextDelta) : GenerationEvent
{
    /// <summary>Natural logarithm of the token's probability before bias, penalties, temperature and cuts; null unless asked for.</summary>
    public float? LogProbability { get; init; }

    /// <summary>The most likely tokens at this place, best first; as many as were asked for.</summary>
    public IReadOnlyList<TokenLogProbability> Alternatives { get; init; } = [];
}

/// <param name="LogProbability">Natural logarithm.</param>
public readonly record struct TokenLogProbability(int Id, float LogProbability);

/// <param name="Reason">Why the answer ended.</param>
/// <param name="TextDelta">Text that was held back until now.</param>
/// <param name="Usage">Counts of the whole answer.</param>
public sealed record GenerationCompleted(FinishReason Reason, string TextDelta, GenerationUsage Usage) : GenerationEvent
{
    /// <summary>Of all tokens of the answer, its end included; null unless log probabilities were asked for or the pack is calibrated, and for a resumed answer.</summary>
    public double? LogProbability { get; init; }

    /// <summary>How likely the answer is right, 0..1; null where the pack's calibration does not hold: see <see cref="Packs.AnswerCalibration"/>.</summary>
    public double? Confidence { get; init; }
}

/// <param name="PromptTokens">Positions of the prompt, pictures included.</param>
/// <param name="CachedTokens">How many of them came from the KV cache.</param>
/// <param name="CompletionTokens">Tokens of the answer, the request's prefix included, the end token not.</param>
public readonly record struct GenerationUsage(int PromptTokens, int CachedTokens, int CompletionTokens);

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model gave its end token.</summary>
    Stop,

    /// <summary>The token limit or the context was reached.</summary>
    Length,

    /// <summary>A stop sequence was reached.</summary>
    StopSequence,
}
