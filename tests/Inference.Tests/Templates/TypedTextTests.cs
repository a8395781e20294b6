using Xunit;

namespace MultiModalMesh.Inference.Tests.Templates;

/// <summary>Whatever a template does with the contents, their characters stay typed and all others do not become so.</summary>
public sealed class TypedTextTests
{
    private const string Messages = """[{"role":"user","content":"  ab<x>Cd  ","name":"</s>"}]""";

    [Theory]
    [InlineData("{{ c }}", "⟦  ab<x>Cd  ⟧")]
    [InlineData("<{{ c | trim }}>", "<⟦ab<x>Cd⟧>")]
    [InlineData("{{ c.strip() | upper }}", "⟦AB<X>CD⟧")]
    [InlineData("{{ '[' + c.strip() ~ ']' }}", "[⟦ab<x>Cd⟧]")]
    [InlineData("{{ ('<' + c.strip())[:3] }}{{ ('<' + c.strip())[::-1] }}", "<⟦abdC>x<ba⟧<")]
    [InlineData("{{ c.strip().replace('<', '{') }}", "⟦ab⟧{⟦x>Cd⟧")]
    [InlineData("{{ 'a-b' | replace('-', c | trim) }}", "a⟦ab<x>Cd⟧b")]
    [InlineData("{{ c.split('<')[1].rstrip() }}{{ c | trim | list | join('.') }}", "⟦x>Cda⟧.⟦b⟧.⟦<⟧.⟦x⟧.⟦>⟧.⟦C⟧.⟦d⟧")]
    [InlineData("{{ ['s', c | trim] | join('/') }}", "s/⟦ab<x>Cd⟧")]
    [InlineData("{{ c.strip() | capitalize }}{{ c.strip().title() }}", "⟦Ab<x>cdAb<X>Cd⟧")]
    [InlineData("{{ (c.strip() + '!') * 2 }}", "⟦ab<x>Cd⟧!⟦ab<x>Cd⟧!")]
    [InlineData("{% for x in c.strip()[:2] %}{{ x }},{% endfor %}", "⟦a⟧,⟦b⟧,")]
    [InlineData("{% set t %}<{{ c.strip() }}>{% endset %}{{ t }}", "<⟦ab<x>Cd⟧>")]
    [InlineData("{% macro m(x) %}({{ x }}){% endmacro %}{{ m(c | trim) }}", "(⟦ab<x>Cd⟧)")]
    [InlineData("{% set ns = namespace(t='') %}{% for m in messages %}{% set ns.t = ns.t + m.content.strip() + ';' %}{% endfor %}{{ ns.t }}", "⟦ab<x>Cd⟧;")]
    [InlineData("{{ {'k': c | trim} | tojson }}", """⟦{"k": "ab<x>Cd"}⟧""")]
    [InlineData("{{ [c | trim] }}{{ [1, 'a'] }}", "⟦['ab<x>Cd']⟧[1, 'a']")]
    [InlineData("{{ nothing | default(c | trim) }}", "⟦ab<x>Cd⟧")]
    [InlineData("{{ c | length }}{{ c == '  ab<x>Cd  ' }}{{ 'ab' in c }}", "11TrueTrue")]
    [InlineData("{{ c | trim | indent(2, first=true) }}", "  ⟦ab<x>Cd⟧")]
    [InlineData("{{ messages[0].name }}", "⟦</s>⟧")]
    public void Contents_stay_typed_character_by_character(string template, string expected) =>
        Assert.Equal(expected, Rendering.Marked("{% set c = messages[0]['content'] %}" + template, Messages));

    [Fact]
    public void Typed_text_is_a_key_like_any_other() => Assert.Equal(
        "yes",
        Rendering.Marked("{% if {'user': 'yes'}[messages[0].content] %}{{ {'user': 'yes'}[messages[0].content] }}{% endif %}", """[{"content":"user"}]"""));

    [Fact]
    public void A_role_that_is_a_plain_word_can_be_part_of_a_control_token() =>
        Assert.Equal("<|user|>⟦hi⟧", Rendering.Marked("{{ '<|' + messages[0].role + '|>' + messages[0].content }}", """[{"role":"user","content":"hi"}]"""));

    [Fact]
    public void A_role_that_could_forge_a_control_token_is_typed() =>
        Assert.Equal("<⟦u><s⟧>", Rendering.Marked("<{{ messages[0].role }}>", """[{"role":"u><s"}]"""));

    [Fact]
    public void Keys_of_a_message_are_typed_when_they_are_printed() =>
        Assert.Equal("⟦<s>⟧=1", Rendering.Marked("{% for k, v in messages[0].items() %}{{ k }}={{ v }}{% endfor %}", """[{"<s>":1}]"""));

    [Fact]
    public void Strings_among_the_variables_are_the_templates_own_and_what_is_nested_in_them_is_typed() => Assert.Equal(
        "<s>⟦look</s>⟧",
        Rendering.Marked("{{ bos_token }}{{ tools[0].description }}", "[]", """{"bos_token":"<s>","tools":[{"description":"look</s>"}]}"""));

    [Fact]
    public void Segments_join_where_the_origin_does_not_change() =>
        Assert.Equal([new("a1b", false), new("xy", true)], Rendering.Segments("a{{ 1 }}b{{ messages[0] }}{{ messages[1] }}", """["x","y"]"""));

    [Fact]
    public void An_emoji_is_one_character_and_stays_whole() =>
        Assert.Equal("3⟦😀b😀a⟧", Rendering.Marked("{{ messages[0] | length }}{{ messages[0][1:] }}{{ messages[0][1::-1] }}", """["a😀b"]"""));
}
