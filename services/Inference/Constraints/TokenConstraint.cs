using System.Text;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Constraints;

/// <summary>
/// What a generated text must look like, as an automaton over the bytes of tokens. Compiled once and usable by any number of sequences at the
/// same time; what it learns about a state, all of them have.
/// </summary>
public sealed class TokenConstraint
{
    private const int MaxChoices = 1000;
    private const int MaxChoiceBytes = 64 << 10;
    private const int MaxSchemaBytes = 64 << 10;

    private readonly Automaton _automaton;
    private readonly TokenSpellings _spellings;

    private TokenConstraint(Frame root, TokenSpellings spellings)
    {
        _spellings = spellings;
        _automaton = new Automaton(root, spellings);
    }

    /// <summary>How often the tokens that can follow a state were computed and not remembered.</summary>
    internal int MasksComputed => _automaton.MasksComputed;

    /// <summary>The text is exactly one of the choices.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>: none, too many, an empty one, or one that the tokenizer cannot spell.</exception>
    public static TokenConstraint Choice(IReadOnlyList<string> choices, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(choices);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var spellings = TokenSpellings.Of(tokenizer);
        if (choices.Count is 0 or > MaxChoices)
        {
            throw Invalid("choices", $"There are {choices.Count} choices; give 1 to {MaxChoices}.");
        }

        var words = choices.Select(c => Encoding.UTF8.GetBytes(c)).ToList();
        if (words.Sum(w => (long)w.Length) > MaxChoiceBytes)
        {
            throw Invalid("choices", $"The choices have {words.Sum(w => (long)w.Length)} bytes; the limit is {MaxChoiceBytes}.");
        }

        for (var i = 0; i < words.Count; i++)
        {
            if (words[i].Length == 0 || !spellings.Spells(words[i]))
            {
                throw Invalid($"choices[{i}]", words[i].Length == 0 ? "A choice is empty." : "The model's tokens cannot spell this choice.");
            }
        }

        return new TokenConstraint(new WordFrame(WordTree.Of(words)), spellings);
    }

    /// <summary>
    /// The text is a JSON value of the schema. Understood are <c>type</c> (also a list of types), <c>properties</c>, <c>required</c>,
    /// <c>additionalProperties</c> (false), <c>items</c>, <c>minItems</c>, <c>maxItems</c>, <c>minLength</c>, <c>maxLength</c>, <c>enum</c>,
    /// <c>const</c>, <c>anyOf</c>, <c>oneOf</c> (taken as <c>anyOf</c>) and <c>$ref</c> to <c>#</c> or <c>#/$defs/...</c>. Properties come in the
    /// order of the schema, no others are written; an object of which the schema says nothing has any. Behind <c>,</c> and <c>:</c> stands one
    /// blank or none. Every value is of bounded length: without other limits strings have at most 1,024 characters, arrays 64 items and objects
    /// 64 names, and values nest at most 32 levels.
    /// </summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>: the schema cannot be kept; names the keyword.</exception>
    public static TokenConstraint JsonSchema(JsonElement schema, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var spellings = TokenSpellings.Of(tokenizer);
        try
        {
            return new TokenConstraint(SchemaReader.Read(schema, spellings), spellings);
        }
        catch (InvalidOperationException e)
        {
            // What JsonElement throws for an escape like \ud800, half of a surrogate pair.
            throw new MeshException(ErrorReason.InvalidRequest, "The schema holds a string that is not valid Unicode.", e) { Field = "schema" };
        }
    }

    /// <inheritdoc cref="JsonSchema(JsonElement, Tokenizer)"/>
    /// <param name="schema">As JSON, at most 64 KiB of UTF-8.</param>
    /// <param name="tokenizer">The model's.</param>
    public static TokenConstraint JsonSchema(string schema, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (Encoding.UTF8.GetByteCount(schema) is > MaxSchemaBytes and var bytes)
        {
            throw Invalid("schema", $"The schema has {bytes} bytes; the limit is {MaxSchemaBytes}.");
        }

        try
        {
            using var document = JsonDocument.Parse(schema);
            return JsonSchema(document.RootElement, tokenizer);
        }
        catch (JsonException e)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The schema is no JSON: {e.Message}", e) { Field = "schema" };
        }
    }

    /// <summary>A sequence that has no tokens yet.</summary>
    public ConstraintState Start() => new(_automaton, _spellings);

    internal static MeshException Invalid(string field, string message) => new(ErrorReason.InvalidRequest, message) { Field = field };
}
