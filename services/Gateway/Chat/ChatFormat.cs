using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Gateway.Chat;

/// <summary>What an answer must look like.</summary>
/// <param name="Constraint">As the decoder takes it.</param>
/// <param name="Field">Where the request has it: the choices, or the schema.</param>
internal sealed record ChatFormat(Constraint Constraint, string Field)
{
    public const string AnyObject = """{"type":"object"}""";

    private const string Schema = "constraint.json_schema";
    private const string Texts = "constraint.choices.texts";

    public static ChatFormat Of(IEnumerable<string> choices, string field) => new(new Constraint { Choices = new Choices { Texts = { choices } } }, field);

    public static ChatFormat Of(string schema, string field) => new(new Constraint { JsonSchema = schema }, field);

    /// <summary>A decoder's refusal in the words of the request that the caller sent.</summary>
    public MeshException Translate(MeshException error)
    {
        var rest = error.Field switch
        {
            { } field when field.StartsWith(Schema, StringComparison.Ordinal) => field[Schema.Length..],
            { } field when field.StartsWith(Texts, StringComparison.Ordinal) => field[Texts.Length..],
            _ => null,
        };
        return rest is null ? error : new MeshException(error.Reason, error.Message, error) { Field = Field + rest, Metadata = error.Metadata };
    }
}
