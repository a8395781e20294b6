using System.Text.Json.Nodes;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Templates;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Templates;

public sealed class RefusalTests
{
    [Theory]
    [InlineData("a\n{% include 'x' %}", 2, "the tag 'include'")]
    [InlineData("{% call f() %}{% endcall %}", 1, "the tag 'call'")]
    [InlineData("\n\n{{ x | urlize }}", 3, "the filter 'urlize'")]
    [InlineData("{{ x is callable }}", 1, "the test 'callable'")]
    [InlineData("{{ x.append(1) }}", 1, "the method '.append()'")]
    [InlineData("{{ lipsum() }}", 1, "the function 'lipsum'")]
    [InlineData("{{ x['y'](1) }}", 1, "a call of something other than a name or a method")]
    [InlineData("{{ x | trim(side='left') }}", 1, "the argument 'side' of 'trim'")]
    [InlineData("{{ x | replace('a') }}", 1, "'replace' needs 2 arguments")]
    [InlineData("{{ x | upper(1) }}", 1, "'upper' takes 0 arguments")]
    [InlineData("{{ x | map('urlize') }}", 1, "the filter 'urlize'")]
    [InlineData("{{ x | selectattr('a', 'matching') }}", 1, "the test 'matching'")]
    [InlineData("{{ dict(**x) }}", 1, "the argument '**'")]
    [InlineData("{% for x in y recursive %}{% endfor %}", 1, "'recursive'")]
    [InlineData("{% for x in y %}", 1, "has no 'endfor'")]
    [InlineData("{% break %}", 1, "'break' stands outside of a loop")]
    [InlineData("{{ 1 +", 1, "'{{' is not closed")]
    [InlineData("{{ 1 + }}", 1, "'}}' stands where a value should stand")]
    [InlineData("{{ 'abc }}", 1, "a string is not closed")]
    [InlineData("{{ (1] }}", 1, "']' closes nothing")]
    [InlineData("{# abc", 1, "the comment '{#' is not closed")]
    [InlineData("{% raw %} abc", 1, "the block 'raw' is not closed")]
    [InlineData("{{ a ? b }}", 1, "the character '?'")]
    [InlineData("{{ 0x10 }}", 1, "is not decimal")]
    [InlineData("{{ 99999999999999999999 }}", 1, "does not fit into 64 bits")]
    public void What_is_not_known_is_refused_at_load_with_line_and_construct(string template, int line, string construct)
    {
        var refusal = Rendering.Refusal(template);

        Assert.Equal(ErrorReason.PackInvalid, refusal.Reason);
        Assert.StartsWith($"{Rendering.Origin}, line {line}: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(construct, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n{{ raise_exception('System role not supported') }}", 2, "System role not supported")]
    [InlineData("{{ nope.x }}", 1, "'nope' is undefined")]
    [InlineData("{{ 'a' + 1 }}", 1, "'+' does not work on a string and a number")]
    [InlineData("{% if 1 %}\n\n{{ 1 // 0 }}{% endif %}", 3, "division by zero")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", 1, "the macro 'm' takes 1 arguments, not 2")]
    [InlineData("{{ {'items': 1}.items }}", 1, "write ['items']")]
    [InlineData("{% set a, b = [1] %}", 1, "1 values do not fit 2 names")]
    [InlineData("{{ [1, 'a'] | sort }}", 1, "have no order")]
    public void What_a_template_cannot_do_with_a_conversation_names_the_line(string template, int line, string what)
    {
        var failure = Rendering.Failure(template);

        Assert.Equal(ErrorReason.InvalidRequest, failure.Reason);
        Assert.Contains($"line {line})", failure.Message, StringComparison.Ordinal);
        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{% for i in range(10**9) %}{% endfor %}")]
    [InlineData("{% for i in range(10**5) %}{% for j in range(10**5) %}{% endfor %}{% endfor %}")]
    [InlineData("{{ 'abcdefgh' * 10**9 }}")]
    [InlineData("{{ '' * 10**18 }}{{ 'a' * 10**18 }}")]
    [InlineData("{{ [1] * 10**9 }}")]
    [InlineData("{{ 2 ** 10**9 }}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='a') %}{% for i in range(10**5) %}{% set ns.s = ns.s + 'a' %}{% endfor %}{% for i in range(10**5) %}{{ ns.s }}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set s = 'a' * 4000000 %}{% for i in range(10**5) %}{{ 'ab' in s }}{% endfor %}")]
    [InlineData("{% set s = 'a' * 4000000 %}{{ ('a' * 2000000 + 'b') in s }}")]
    [InlineData("{% for c in 'a' * 4000000 %}{% endfor %}")]
    [InlineData("{{ [1] | tojson(indent=10**9) }}")]
    [InlineData("{{ 'a' | indent(10**9) }}")]
    public void A_template_that_would_not_end_or_would_fill_the_memory_is_stopped(string template)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var failure = Rendering.Failure(template);

        Assert.Equal(ErrorReason.InvalidRequest, failure.Reason);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3L << 30); // in sum; what is held at one time is far less
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("{1:", "}")]
    public void Nesting_without_end_is_refused_at_load(string open, string close)
    {
        var deep = string.Concat(Enumerable.Repeat(open, 20_000)) + "1" + string.Concat(Enumerable.Repeat(close, 20_000));

        Assert.Contains("nests deeper", Rendering.Refusal($"{{{{ {deep} }}}}").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_of_operators_without_end_is_an_error_and_not_a_crash() =>
        Assert.Contains("nests deeper", Rendering.Failure("{{ 1" + string.Concat(Enumerable.Repeat("+1", 50_000)) + " }}").Message, StringComparison.Ordinal);

    [Fact]
    public void A_template_of_absurd_size_is_refused() =>
        Assert.Contains("the limit is", Rendering.Refusal(new string('x', 1 << 20)).Message, StringComparison.Ordinal);

    [Fact]
    public void Damaged_templates_are_refused_or_rendered_but_never_crash()
    {
        const string Source = "{%- set ns = namespace(a=[1, 'x\\n']) %}{% for m in messages[1:] if m.role != \"a\" %}{{ m['content'] | trim ~ {'a': -1.5e3}['a'] }}{# c #}{% else %}{% raw %}r{% endraw %}{% endfor %}";
        var random = new Random(7);
        for (var i = 0; i < 3000; i++)
        {
            var text = Source[..random.Next(Source.Length + 1)].ToCharArray();
            for (var changes = random.Next(4); changes > 0 && text.Length > 0; changes--)
            {
                text[random.Next(text.Length)] = "{}%#'\"|.()[]:,~-+ aif1"[random.Next(22)];
            }

            try
            {
                ChatTemplate.Parse(new string(text), "t").Render([new JsonObject { ["role"] = "user", ["content"] = "x" }], []);
            }
            catch (MeshException e)
            {
                Assert.Contains("line ", e.Message, StringComparison.Ordinal);
            }
        }
    }
}
