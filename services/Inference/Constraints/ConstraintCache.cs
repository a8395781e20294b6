using System.Text;
using MultiModalMesh.Inference.Caching;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Constraints;

/// <summary>
/// The constraints that a pack's answers were held to lately, by their content, so that a schema that comes again is neither compiled nor
/// explored again. Safe for concurrent use.
/// </summary>
#pragma warning disable CA1001 // A cache without a lifetime has nothing to dispose of.
public sealed class ConstraintCache
#pragma warning restore CA1001
{
    // One that has explored much of its automaton holds up to 24 MiB of states and masks.
    private const int MaxConstraints = 16;

    private readonly Tokenizer _tokenizer;
    private readonly ByteBudgetCache<ContentKey, TokenConstraint> _known = new(MaxConstraints, _ => 1);

    internal ConstraintCache(Tokenizer tokenizer) => _tokenizer = tokenizer;

    /// <inheritdoc cref="TokenConstraint.Choice"/>
    public TokenConstraint Choice(IReadOnlyList<string> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);

        // The lengths keep apart what joins to the same text.
        var content = string.Join(',', choices.Select(choice => choice.Length)) + ':' + string.Concat(choices);
        return Get("choice", content, () => TokenConstraint.Choice(choices, _tokenizer));
    }

    /// <inheritdoc cref="TokenConstraint.JsonSchema(string, Tokenizer)"/>
    public TokenConstraint JsonSchema(string schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return Get("schema", schema, () => TokenConstraint.JsonSchema(schema, _tokenizer));
    }

    private TokenConstraint Get(string kind, string content, Func<TokenConstraint> compile)
    {
        var key = ContentKey.Of(kind, Encoding.UTF8.GetBytes(content));
        if (_known.TryGet(key, out var known))
        {
            return known;
        }

        // Two that come at once both compile: that is bounded, and a lock would let a hard schema hold up an easy one.
        var constraint = compile();
        _known.Add(key, constraint);
        return _known.TryGet(key, out var shared) ? shared : constraint;
    }
}
