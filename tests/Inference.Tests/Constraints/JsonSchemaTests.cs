using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Constraints;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Constraints;

public sealed class JsonSchemaTests
{
    private const string Report = """
        {"type":"object","properties":{
          "kind":{"enum":["cat","dog"]},"count":{"type":"integer"},"notes":{"type":"string","maxLength":5},
          "tags":{"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":2}},
         "required":["kind","tags"]}
        """;

    [Theory]
    [InlineData("""{"kind":"cat","count":3,"notes":"hm","tags":[true,false]}""", true)]
    [InlineData("""{"kind": "cat", "tags": [true, false]}""", true)]
    [InlineData("""{"kind":"dog","notes":"\u00e9\n\"","tags":[true]}""", true)]
    [InlineData("""{"kind":"dog","notes":"éééé😀","tags":[true]}""", true)]
    [InlineData("""{"kind":"cow","tags":[true]}""", false)]
    [InlineData("""{"kind":"cat"}""", false)]
    [InlineData("""{"kind":"cat","tags":[]}""", false)]
    [InlineData("""{"kind":"cat","tags":[true,true,true]}""", false)]
    [InlineData("""{"kind":"cat","notes":"abcdef","tags":[true]}""", false)]
    [InlineData("""{"kind":"cat","notes":"\ud83d","tags":[true]}""", false)]
    [InlineData("""{"kind":"cat","count":1.5,"tags":[true]}""", false)]
    [InlineData("""{"kind":"cat","count":01,"tags":[true]}""", false)]
    [InlineData("""{"tags":[true],"kind":"cat"}""", false)]
    [InlineData("""{"kind":"cat","tags":[true],"more":1}""", false)]
    [InlineData("""{"kind":  "cat","tags":[true]}""", false)]
    [InlineData("""{"kind":"cat","tags":[true]}}""", false)]
    public void Only_values_of_the_schema_pass(string text, bool passes) => Assert.Equal(passes, Generation.Takes(Generation.Schema(Report), text));

    [Theory]
    [InlineData("number", "0 -0 12 -3.5 1e9 0.001E-10 123456789012345678", "01 .5 1. 1e -  +1 1e100 1234567890123456789 NaN 0x1")]
    [InlineData("integer", "0 7 -12 123456789012345678", "1.0 1e3 00 - 1234567890123456789")]
    [InlineData("boolean", "true false", "True 1 null")]
    [InlineData("null", "null", "none nul")]
    public void Scalars_are_those_of_JSON_and_of_bounded_length(string type, string good, string bad)
    {
        var constraint = Generation.Schema($$"""{"type":"{{type}}"}""");

        Assert.All(good.Split(' '), text => Assert.True(Generation.Takes(constraint, text), text));
        Assert.All(bad.Split(' ', StringSplitOptions.RemoveEmptyEntries), text => Assert.False(Generation.Takes(constraint, text), text));
    }

    [Theory]
    [InlineData("""{"type":["string","null"],"maxLength":3}""", "null", "\"abcd\"")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"array","items":{"type":"null"}}]}""", "[null]", "[1]")]
    [InlineData("""{"oneOf":[{"const":{"a":[1,"x\n"]}},{"const":null}]}""", "{\"a\":[1,\"x\\n\"]}", "{}")]
    [InlineData("""{"type":"integer","enum":[1,12,3]}""", "12", "2")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"}}}""", "{\"b\":null}", "{\"b\":null,\"a\":null}")]
    [InlineData("""{"type":"object","properties":{},"additionalProperties":false}""", "{}", "{\"a\":1}")]
    [InlineData("""{"type":"object"}""", "{\"a\":1, \"\": [true,{\"é\":null}]}", "{\"a\":}")]
    [InlineData("""{"type":"object","properties":{"x":{"type":"object"}}}""", "{\"x\":{\"y\":{}}}", "{\"y\":{}}")]
    [InlineData("""{"type":"string","minLength":2,"maxLength":2}""", "\"😀b\"", "\"a\"")]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#/$defs/n"}},"required":["v"]}}}""", "{\"v\":1,\"next\":{\"v\":2}}", "{\"next\":{\"v\":2}}")]
    [InlineData("""{"type":"array","items":{"$ref":"#"},"maxItems":2}""", "[[],[[],[]]]", "[[],[],[]]")]
    public void Schemas_combine(string schema, string good, string bad)
    {
        Assert.True(Generation.Takes(Generation.Schema(schema), good));
        Assert.False(Generation.Takes(Generation.Schema(schema), bad));
    }

    [Fact]
    public void A_recursive_value_nests_to_the_limit_and_closes_there()
    {
        var constraint = Generation.Schema("""{"type":"array","items":{"$ref":"#"},"maxItems":1}""");

        Assert.True(Generation.Takes(constraint, new string('[', 32) + new string(']', 32)));
        Assert.False(Generation.Takes(constraint, new string('[', 33) + new string(']', 33)));
    }

    [Fact]
    public void Alternatives_that_begin_alike_stay_open_until_they_differ()
    {
        var constraint = Generation.Schema(
            """{"anyOf":[{"type":"object","properties":{"a":{"const":1},"b":{"const":2}},"required":["a","b"]},{"type":"object","properties":{"a":{"const":1},"c":{"const":3}},"required":["a","c"]}]}""");

        Assert.True(Generation.Takes(constraint, """{"a":1,"b":2}"""));
        Assert.True(Generation.Takes(constraint, """{"a":1, "c":3}"""));
        Assert.False(Generation.Takes(constraint, """{"a":1,"c":2}"""));
    }

    [Fact]
    public void A_schema_that_explodes_into_alternatives_still_yields_a_value_in_bounded_time()
    {
        var node = """{"anyOf":[""" + string.Join(',', Enumerable.Range(0, 12).Select(i =>
            $$$"""{"type":"object","properties":{"x":{"$ref":"#"},"y{{{i}}}":{"const":{{{i}}}}},"required":["y{{{i}}}"]}""")) + "]}";
        var constraint = Generation.Schema(node);

        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(Generation.Text(constraint, 4)).ValueKind);
    }

    [Fact]
    public void Alternatives_that_would_take_too_long_to_follow_are_refused()
    {
        var lengths = string.Join(',', Enumerable.Range(20, 250).Select(i => $$$"""{"type":"array","items":{"type":"string","maxLength":{{{i}}}}}"""));
        var spellings = TokenSpellings.Of(Generation.Tokenizer);
        var automaton = new Automaton(SchemaReader.Read(JsonElement.Parse($$$"""{"anyOf":[{{{lengths}}}]}"""), spellings), spellings, maxWork: 1000);
        var inside = automaton.Advance(automaton.Start, "[\""u8);

        Assert.Equal(ErrorReason.InvalidRequest, Assert.Throws<MeshException>(() => automaton.Mask(inside)).Reason);
    }

    [Fact]
    public void What_can_follow_is_computed_once_for_a_state_and_shared_by_sequences()
    {
        var constraint = Generation.Schema(Report);
        var first = Generation.Text(constraint, 5);
        var computed = constraint.MasksComputed;

        Assert.Equal(first, Generation.Text(constraint, 5));
        Assert.Equal(computed, constraint.MasksComputed);
    }

    [Fact]
    public void The_places_of_a_long_string_share_what_can_follow()
    {
        var constraint = Generation.Schema("""{"type":"string","minLength":900,"maxLength":1000}""");

        Generation.Text(constraint, 6);

        Assert.InRange(constraint.MasksComputed, 1, 200);
    }

    [Fact]
    public async Task Sequences_on_many_threads_share_one_constraint()
    {
        var constraint = Generation.Schema(Report);
        var alone = Enumerable.Range(0, 16).Select(seed => Generation.Text(Generation.Schema(Report), seed)).ToList();

        var together = await Task.WhenAll(Enumerable.Range(0, 16).Select(seed => Task.Run(() => Generation.Text(constraint, seed), TestContext.Current.CancellationToken)));

        Assert.Equal(alone, together);
    }
}
