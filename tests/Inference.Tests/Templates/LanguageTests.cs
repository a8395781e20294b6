using MultiModalMesh.Inference.Templates;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Templates;

/// <summary>The expected texts are what the reference implementation (Jinja 3.1 with the settings of chat templates) renders.</summary>
public sealed class LanguageTests
{
    [Theory]
    [InlineData("  {% if true %}\n  a\n  {% endif %}\n b", "  a\n b")]
    [InlineData("  {%+ if true +%}\n  a\n  {% endif %}\n b", "  \n  a\n b")]
    [InlineData("{%- for i in range(2) -%}\n {{ i }} \n{% endfor -%}  x", "0 \n1 \nx")]
    [InlineData("x {{ 1 }}\n\ny{# c #}\n\nz\n\n", "x 1\n\ny\nz\n")]
    [InlineData("a  {%- set x = 1 -%}  b{{ x }}", "ab1")]
    [InlineData("a\n   {#- c -#}  \n b\n  {# d #}\nE", "ab\nE")]
    [InlineData("a\r\n{% if 1 %}\r\nb\r{% endif %}c", "a\nb\nc")]
    [InlineData("{% raw %}\n {{ x }} \n  {% endraw %}\nz", "\n {{ x }} \nz")]
    [InlineData("{% raw -%}  x {% if %} {%- endraw %}  y", "x {% if %}  y")]
    [InlineData("{{- 'a' -}}   b  {{- 'c' }}  \n{{ 'd' }}\n", "ab" + "c  \nd")]
    public void White_space_around_tags_follows_the_settings_of_chat_templates(string template, string expected) =>
        Assert.Equal(expected, Rendering.Text(template));

    [Theory]
    [InlineData("{% set x=1 %}{% for i in [1,2] %}{{ x }}{% set x = i*10 %}{{ x }},{% endfor %}{{ x }}", "110,120,1")]
    [InlineData("{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "6")]
    [InlineData("{% if true %}{% set z = 1 %}{% endif %}{{ z }}{% for i in [1] %}{% set w = 1 %}{% endfor %}{{ w is defined }}", "1False")]
    [InlineData("{% set y | trim | upper %} abc {% endset %}[{{ y }}]", "[ABC]")]
    [InlineData("{% set a, b = 1, [2] %}{{ a }}{{ b }}{% for a, (b, c) in [(1,(2,3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "1[2]123")]
    [InlineData("{% for i in [1,2,3] if i > 1 %}{{ loop.index }}/{{ loop.length }}{{ loop.last }}{{ loop.previtem }};{% endfor %}", "1/2False;2/2True2;")]
    [InlineData("{% for i in [] %}x{% else %}none{% endfor %}{% for i in nope %}x{% endfor %}", "none")]
    [InlineData("{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "02")]
    [InlineData("{% macro f(x, n=2) %}{% if n > 0 %}[{{ x }}{{ f(x, n - 1) }}]{% endif %}{% endmacro %}{{ f('a') }}{{ f('b', n=1) | upper }}", "[a[a]][B]")]
    [InlineData("{% macro m() %}{{ x }}{% set x = 2 %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{{ x }}", "121")]
    [InlineData("{% generation %}kept{% endgeneration %}", "kept")]
    public void Statements_scope_their_names_as_the_reference_does(string template, string expected) => Assert.Equal(expected, Rendering.Text(template));

    [Theory]
    [InlineData("{{ 7 / 2 }} {{ 7 // 2 }} {{ (-7) // 2 }} {{ (-7) % 3 }} {{ 2 ** 3 ** 2 }} {{ 2 ** -1 }}", "3.5 3 -4 2 64 0.5")]
    [InlineData("{{ 1e20 }} {{ 1.0 }} {{ 0.1 + 0.2 }} {{ 1e-5 }} {{ 1e16 }} {{ 1/3 }}", "1e+20 1.0 0.30000000000000004 1e-05 1e+16 0.3333333333333333")]
    [InlineData("{{ 1 < 2 < 3 }}{{ 3 > 2 > 2 }}{{ not 1 == 2 }}{{ -1 | abs }}{{ 1 == true }}{{ '1' == 1 }}", "TrueFalseTrue1TrueFalse")]
    [InlineData("{{ 1 and 2 }}{{ 0 or none }}{{ nope or 'o' }}{{ nope is defined or 'q' }}", "2Noneoq")]
    [InlineData("{{ 'a' if 1 else 'b' if 2 else 'c' }}{{ 'x' if false }}{{ (1 if true else 2) + 3 }}", "a4")]
    [InlineData("{{ 'ab' 'cd' ~ 1 ~ none ~ 1.0 ~ [true] }}{{ 'a' * 3 }}{{ [1] + [2] }}", "abcd1None1.0[True]aaa[1, 2]")]
    [InlineData("{{ 'abcdef'[1:-1:2] }}{{ 'abc'[-1] }}{{ [1,2,3][::-1] }}{{ [1,2,3][-5:2] }}{{ [1][5] is defined }}", "bdc[3, 2, 1][1, 2]False")]
    [InlineData("{{ 'b' in 'abc' }}{{ 3 not in [1] }}{{ 'a' in {'a': 1} }}{{ 'x' in nope }}", "TrueTrueTrueFalse")]
    [InlineData("{{ {'a': 1, 'b': [1, 'x']} }}{{ ('a',) }}{{ \"it's\" }}{{ [\"it's\"] }}", "{'a': 1, 'b': [1, 'x']}('a',)it's[\"it's\"]")]
    [InlineData("{{ '\\x41\\u00e9\\q\\101\\n' }}", "Aé\\qA\n")]
    [InlineData("{{ \"{{ '}}' }}\" }}{{ {'a': {'b': {}}} }}", "{{ '}}' }}{'a': {'b': {}}}")]
    public void Expressions_compute_as_in_the_reference(string template, string expected) => Assert.Equal(expected, Rendering.Text(template));

    [Theory]
    [InlineData("{{ '  a b '.strip() }}|{{ ' a  b c '.split(none, 1) }}|{{ 'a,b,c'.split(',', 1) }}", "a b|['a', 'b c ']|['a', 'b,c']")]
    [InlineData("{{ 'abc'.startswith(('x', 'a')) }}{{ 'abc'.endswith('d') }}{{ 'abc'.replace('', '-') }}{{ 'aXa'.replace('a', 'b', 1) }}", "TrueFalse-a-b-c-bXa")]
    [InlineData("{{ \"they're x\".title() }} {{ 'a b-c (d' | title }} {{ 'hELLO' | capitalize }}", "They'Re X A B-C (D Hello")]
    [InlineData("{{ {'a': 1}.get('b', 'd') }}{{ {'a': 1}.get('b') }}{{ {'a': 1}.items() | list }}{{ {'a': 1}.keys() | list }}", "dNone[('a', 1)]['a']")]
    [InlineData("{{ [3, 1] | sort }}{{ ['b', 'A'] | sort }}{{ [1, 1, 2] | unique | list }}{{ [1, 2] | reverse | list }}", "[1, 3]['A', 'b'][1, 2][2, 1]")]
    [InlineData("{{ '7' | int + 1 }}{{ 'x' | int(9) }}{{ '1.9' | int }}{{ '1.5' | float }}{{ true | string }}", "8911.5True")]
    [InlineData("{{ '' | default('q') }}{{ '' | default('q', true) }}{{ nope | d('z') }}{{ none | default('y') }}", "qzNone")]
    [InlineData("{{ [1, 'é\"<', none, 1.0, true] | tojson }}{{ {'b': [], 'a': {}} | tojson }}", "[1, \"é\\\"<\", null, 1.0, true]{\"b\": [], \"a\": {}}")]
    [InlineData("{{ {'b': 1, 'a': [2]} | tojson(indent=2, sort_keys=true) }}", "{\n  \"a\": [\n    2\n  ],\n  \"b\": 1\n}")]
    [InlineData("{{ [0, 1, 2] | select('odd') | list }}{{ [0, 1] | reject | list }}{{ ['a'] | map('upper') | join }}", "[1][0]A")]
    [InlineData("{{ [{'a': {'b': 1}}, {'a': {'b': 2}}] | map(attribute='a.b') | join(',') }}", "1,2")]
    [InlineData("{{ 'a' is string }}{{ {} is mapping }}{{ nope is iterable }}{{ true is number }}{{ true is integer }}{{ none is none }}", "TrueTrueTrueTrueFalseTrue")]
    [InlineData("{{ 1 is in [1] }}{{ 1 is not in([1]) }}{{ 'a' is eq 'a' }}{{ 2 is ge 3 }}{{ 3 is odd }}", "TrueFalseTrueFalseTrue")]
    public void Filters_tests_and_methods_compute_as_in_the_reference(string template, string expected) => Assert.Equal(expected, Rendering.Text(template));

    [Fact]
    public void Messages_are_filtered_by_their_attributes() => Assert.Equal(
        "hi;2system-user-assistant",
        Rendering.Text(
            "{% for m in messages | selectattr('role', 'equalto', 'user') %}{{ m.content }};{% endfor %}" +
            "{{ messages | rejectattr('role', '==', 'user') | list | length }}{{ messages | map(attribute='role') | join('-') }}",
            """[{"role":"system","content":"s"},{"role":"user","content":"hi"},{"role":"assistant","content":"yo"}]"""));

    [Fact]
    public void The_date_comes_from_the_clock_that_is_given()
    {
        var template = ChatTemplate.Parse("{% if strftime_now is defined %}{{ strftime_now('%d %b %Y, %A') }}{% endif %}", "t", new FixedTime());

        Assert.Equal("05 Mar 2026, Thursday", string.Concat(template.Render([], []).Select(s => s.Text)));
    }

    [Fact]
    public void Without_a_clock_a_template_can_fall_back_and_one_that_insists_is_refused()
    {
        Assert.Equal("26 Jul 2024", Rendering.Text("{% if strftime_now is defined %}{{ strftime_now('%d') }}{% else %}26 Jul 2024{% endif %}"));
        Assert.Contains("there is no clock", Rendering.Failure("{{ strftime_now('%d') }}").Message, StringComparison.Ordinal);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);
    }
}
