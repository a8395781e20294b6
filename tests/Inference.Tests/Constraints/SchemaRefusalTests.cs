using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Constraints;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Constraints;

public sealed class SchemaRefusalTests
{
    [Theory]
    [InlineData("""{"type":"string","pattern":"a+"}""", "schema.pattern", "'pattern'")]
    [InlineData("""{"type":"integer","minimum":1}""", "schema.minimum", "'minimum'")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","format":"date"}}}""", "schema.properties.a.format", "'format'")]
    [InlineData("""{"type":"string","minItems":1}""", "schema.minItems", "'minItems'")]
    [InlineData("""{"anyOf":[{"type":"null"}],"type":"null"}""", "schema.type", "'type'")]
    [InlineData("""{"allOf":[]}""", "schema", "has no 'type'")]
    [InlineData("""{}""", "schema", "has no 'type'")]
    [InlineData("""true""", "schema", "must be a JSON object")]
    [InlineData("""{"type":"text"}""", "schema.type", "'text'")]
    [InlineData("""{"type":7}""", "schema.type", "string is expected")]
    [InlineData("""{"type":"array"}""", "schema", "has no 'items'")]
    [InlineData("""{"type":"object","additionalProperties":true}""", "schema.additionalProperties", "additionalProperties")]
    [InlineData("""{"type":"object","required":["a"]}""", "schema.required", "'a'")]
    [InlineData("""{"type":"string","minLength":9,"maxLength":3}""", "schema.minLength", "is 9")]
    [InlineData("""{"type":"string","maxLength":100000000}""", "schema.maxLength", "whole number from 0 to")]
    [InlineData("""{"type":"string","maxLength":1.5}""", "schema.maxLength", "whole number")]
    [InlineData("""{"enum":[]}""", "schema.enum", "list of 1")]
    [InlineData("""{"type":"string","enum":["a",1]}""", "schema.enum", "own 'type'")]
    [InlineData("""{"$ref":"http://x/y"}""", "schema.$ref", "neither '#'")]
    [InlineData("""{"$ref":"#/$defs/x"}""", "schema.$ref", "neither '#'")]
    [InlineData("""{"$ref":"#"}""", "schema", "without an end")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "schema", "without an end")]
    [InlineData("""{"type":"string","const":"\ud800"}""", "schema", "not valid Unicode")]
    public void What_could_not_be_kept_is_refused_by_name(string schema, string field, string words)
    {
        var refusal = Refusal(schema);

        Assert.Equal(ErrorReason.InvalidRequest, refusal.Reason);
        Assert.Equal(field, refusal.Field);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Descriptions_are_no_constraints() =>
        Assert.True(Generation.Takes(Generation.Schema("""{"$schema":"s","title":"t","type":"null","description":"d","default":1,"examples":[]}"""), "null"));

    [Fact]
    public void A_schema_that_nests_without_end_is_refused()
    {
        var schema = "{\"type\":\"null\"}";
        for (var i = 0; i < 40; i++)
        {
            schema = $$"""{"type":"array","items":{{schema}}}""";
        }

        Assert.Contains("deeper than", Refusal(schema, 200).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_of_too_many_parts_is_refused() => Assert.Contains(
        "more than",
        Refusal($$"""{"anyOf":[{{string.Join(',', Enumerable.Repeat("""{"type":["null","string"]}""", 900))}}]}""").Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_long_chain_of_references_is_followed()
    {
        var definitions = string.Join(',', Enumerable.Range(0, 900).Select(i => $$""" "d{{i}}":{"$ref":"#/$defs/d{{i + 1}}"} """));
        var constraint = Generation.Schema("""{"$ref":"#/$defs/d0","$defs":{""" + definitions + ",\"d900\":{\"type\":\"null\"}}}");

        Assert.Equal("null", Generation.Text(constraint, 1));
    }

    private static MeshException Refusal(string schema, int depth = 64) => Assert.Throws<MeshException>(
        () => TokenConstraint.JsonSchema(JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = depth }).RootElement, Generation.Tokenizer));
}
