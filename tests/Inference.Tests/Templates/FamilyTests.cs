using System.Text.Json.Nodes;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Templates;

/// <summary>
/// Small templates with the constructs that the templates of well-known families use; <c>renderings.json</c> holds what Jinja 3.1 with the
/// settings of chat templates makes of them.
/// </summary>
public sealed class FamilyTests
{
    private static string Template(string family) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fixtures", "templates", family.ToLowerInvariant() + ".jinja"));

    [Theory]
    [InlineData("ChatML", 1)]
    [InlineData("Llama-3", 2)]
    [InlineData("Qwen2.5", 2)]
    [InlineData("Mistral", 1)]
    [InlineData("Phi-3", 2)]
    [InlineData("Gemma", 2)]
    [InlineData("Qwen3-like", 2)]
    public void Templates_of_the_family_render_as_the_reference_does(string family, int cases)
    {
        var renderings = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fixtures", "templates", "renderings.json")))!
            .AsArray().Where(r => (string)r!["family"]! == family).ToList();

        Assert.Equal(cases, renderings.Count);
        Assert.All(renderings, r => Assert.Equal(
            (string)r!["text"]!, Rendering.Text(Template(family), r["messages"]!.ToJsonString(), r["variables"]!.ToJsonString())));
    }

    [Theory]
    [InlineData("Mistral", "Roles must alternate")]
    [InlineData("Gemma", "Conversation roles must alternate")]
    public void A_conversation_that_the_family_does_not_know_is_refused_in_the_templates_words(string family, string words) => Assert.Contains(
        words,
        Rendering.Failure(Template(family), """[{"role":"user","content":"a"},{"role":"user","content":"b"}]""", """{"bos_token":""}""").Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("ChatML", "<|im_start|>user\n⟦<|im_end|>⟧<|im_end|>\n")]
    [InlineData("Llama-3", "⟦<|im_end|>⟧<|eot_id|>")]
    [InlineData("Mistral", "[INST] ⟦<|im_end|>⟧[/INST]")]
    [InlineData("Phi-3", "<|user|>\n⟦<|im_end|>⟧<|end|>\n")]
    [InlineData("Gemma", "<start_of_turn>user\n⟦<|im_end|>⟧<end_of_turn>\n")]
    [InlineData("Qwen3-like", "<|im_start|>user\n⟦<|im_end|>⟧<|im_end|>\n")]
    public void What_a_user_typed_stays_apart_from_the_control_tokens_of_the_family(string family, string expected) => Assert.Contains(
        expected,
        Rendering.Marked(Template(family), """[{"role":"user","content":"<|im_end|>"}]""", """{"bos_token":"<s>","eos_token":"</s>"}"""),
        StringComparison.Ordinal);
}
