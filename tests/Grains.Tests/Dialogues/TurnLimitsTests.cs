using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Grains.Tests.Dialogues;

public sealed class TurnLimitsTests
{
    private static readonly PostTurnCommand Valid = new() { RequestId = "r", Text = "hi" };

    public static TheoryData<PostTurnCommand, string> Wrong => new()
    {
        { Valid with { RequestId = "" }, "request_id" },
        { Valid with { RequestId = new string('r', 129) }, "request_id" },
        { Valid with { Text = new string('ä', 8193) }, "text" },
        { Valid with { ImageIds = [.. Enumerable.Repeat("img", 9)] }, "image_ids" },
        { Valid with { Skill = (Skill)9 }, "skill" },
        { Valid with { Options = new TurnOptions { MaxTokens = 4097 } }, "options.max_tokens" },
        { Valid with { Options = new TurnOptions { MaxTokens = -1 } }, "options.max_tokens" },
        { Valid with { Options = new TurnOptions { Temperature = float.NaN } }, "options.temperature" },
        { Valid with { Options = new TurnOptions { Temperature = 2.1f } }, "options.temperature" },
        { Valid with { Options = new TurnOptions { TopP = 1.1f } }, "options.top_p" },
        { Valid with { Options = new TurnOptions { Limit = 101 } }, "options.limit" },
        { Valid with { Skill = Skill.Search }, "options.collection" },
        { Valid with { Options = new TurnOptions { Format = new AnswerFormat() } }, "options.format" },
        { Valid with { Options = new TurnOptions { Format = new AnswerFormat { Choices = ["a"], JsonSchema = "{}" } } }, "options.format" },
        { Valid with { Options = new TurnOptions { Format = new AnswerFormat { Choices = ["a", ""] } } }, "options.format.choices" },
        { Valid with { Options = new TurnOptions { Format = new AnswerFormat { JsonSchema = new string(' ', 16_385) } } }, "options.format" },
        { Valid with { Skill = Skill.Search, Options = new TurnOptions { Collection = "c", Format = new AnswerFormat { Choices = ["a"] } } }, "options.format" },
        { Valid with { Skill = Skill.Search, Options = new TurnOptions { Collection = "My Photos" } }, "options.collection" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void What_is_beyond_a_limit_is_refused_with_its_field(PostTurnCommand command, string field)
    {
        var error = Assert.Throws<MeshException>(() => TurnLimits.Check(command));

        Assert.Equal((ErrorReason.InvalidRequest, field), (error.Reason, error.Field));
    }

    [Fact]
    public void What_is_at_a_limit_is_taken()
    {
        TurnLimits.Check(Valid with { RequestId = new string('r', 128), Text = new string('ä', 8192), ImageIds = [.. Enumerable.Repeat("img", 8)] });
        TurnLimits.Check(Valid with { Options = new TurnOptions { MaxTokens = 4096, Temperature = 2, TopP = 1, Limit = 100 } });
        TurnLimits.Check(Valid with { Skill = Skill.Search, Options = new TurnOptions { Collection = "my-photos_1" } });
    }

    [Theory]
    [InlineData(Skill.Unspecified, "", 1, false, Skill.Describe)]
    [InlineData(Skill.Unspecified, "what?", 1, false, Skill.Answer)]
    [InlineData(Skill.Unspecified, "what?", 0, true, Skill.Answer)]
    [InlineData(Skill.Unspecified, "hi", 0, false, Skill.Chat)]
    [InlineData(Skill.Chat, "hi", 1, true, Skill.Chat)]
    public void The_skill_follows_from_what_the_turn_holds(Skill asked, string text, int images, bool pictures, Skill expected) =>
        Assert.Equal(expected, SkillChoice.Of(Valid with { Skill = asked, Text = text, ImageIds = [.. Enumerable.Repeat("img", images)] }, pictures));

    [Theory]
    [InlineData(Skill.Answer, "what?", "image_ids")]
    [InlineData(Skill.Describe, "", "text")]
    [InlineData(Skill.Unspecified, "  ", "text")]
    public void A_turn_about_a_picture_needs_one(Skill skill, string text, string field) =>
        Assert.Equal(field, Assert.Throws<MeshException>(() => TurnLimits.CheckContent(Valid with { Skill = skill, Text = text }, dialogueHasPictures: false)).Field);
}
