using System.Numerics;

namespace MultiModalMesh.Inference.Constraints;

/// <summary>Where one sequence stands in what it must look like. For one thread at a time.</summary>
public sealed class ConstraintState
{
    private readonly Automaton _automaton;
    private readonly TokenSpellings _spellings;
    private AutomatonState _state;

    internal ConstraintState(Automaton automaton, TokenSpellings spellings)
    {
        _automaton = automaton;
        _spellings = spellings;
        _state = automaton.Start;
    }

    /// <summary>Whether the text so far is all that it has to be, so that the sequence may end here. More may be able to follow (another digit).</summary>
    public bool IsComplete => _state.IsComplete;

    /// <summary>Whether the text so far is complete and nothing can follow it.</summary>
    public bool IsFinished => _state.IsComplete && _state.Stacks.Length == 0;

    /// <summary>Sets the logit of every token that cannot come next to negative infinity.</summary>
    /// <param name="logits">One for each id of the vocabulary; a model may have more than the tokenizer, which cannot come.</param>
    /// <param name="endToken">Stays where the text so far is complete, and is the only one that stays where nothing can follow.</param>
    public void Apply(Span<float> logits, int endToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(endToken);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(endToken, logits.Length);
        var end = logits[endToken];
        var mask = _automaton.Mask(_state);
        for (var word = 0; word * 64 < logits.Length; word++)
        {
            var part = logits.Slice(word * 64, Math.Min(64, logits.Length - (word * 64)));
            var refused = word < mask.Length ? ~mask[word] : ulong.MaxValue;
            if (refused == ulong.MaxValue)
            {
                part.Fill(float.NegativeInfinity);
                continue;
            }

            for (; refused != 0; refused &= refused - 1)
            {
                var bit = BitOperations.TrailingZeroCount(refused);
                if (bit >= part.Length)
                {
                    break;
                }

                part[bit] = float.NegativeInfinity;
            }
        }

        logits[endToken] = _state.IsComplete ? end : float.NegativeInfinity;
    }

    /// <summary>Goes on behind a token. A control token is the end and changes nothing.</summary>
    /// <exception cref="ArgumentException">The token cannot come here; the state stays as it was.</exception>
    public void Accept(int token)
    {
        var bytes = _spellings.Bytes(token);
        if (bytes.IsEmpty)
        {
            if (!IsComplete)
            {
                throw new ArgumentException($"The text is not complete where token {token} ends it.", nameof(token));
            }

            return;
        }

        var next = _automaton.Advance(_state, bytes);
        if (next.IsDead)
        {
            throw new ArgumentException($"Token {token} cannot come here.", nameof(token));
        }

        _state = next;
    }
}
