using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Grains.Tests.Dialogues;

public sealed class ConversationPromptTests
{
    private static readonly DialogueKey Key = new("default", "default", "d");

    [Fact]
    public void Only_answered_turns_are_told_again_and_the_pictures_of_the_others_stay_in_the_dialogue()
    {
        var request = ConversationPrompt.For(
            Key,
            Dialogue(
                Turn("1", TurnState.Failed, images: "img_1"),
                Turn("2", TurnState.Done),
                Turn("3", TurnState.Cancelled, images: "img_3"),
                Turn("4", TurnState.Done, Skill.Search, images: "img_4"),
                Turn("5", TurnState.Pending, images: "img_5"),
                Turn("6", TurnState.Pending)),
            Turn("5", TurnState.Pending, images: "img_5"));

        Assert.Equal(["q2", "a2", "q5"], request.Messages.Select(message => message.Text));
        Assert.Equal([["img_1"], [], ["img_3", "img_5"]], request.Messages.Select(message => message.Images.Select(image => image.ImageId).ToArray()));
        Assert.All(request.Messages.SelectMany(message => message.Images), image => Assert.Equal("default", image.Tenant));
        Assert.Equal("default/default/d", request.CacheKey);
    }

    [Fact]
    public void Options_seed_and_tokens_so_far_go_along()
    {
        var turn = Turn("1", TurnState.Running) with { Options = new TurnOptions { MaxTokens = 7, Temperature = 0.5f, TopP = 0.25f }, Seed = 11, TokenIds = [3, 4] };

        var request = ConversationPrompt.For(Key, Dialogue(turn), turn);

        Assert.Equal((7, 0.5f, 0.25f, 11L), (request.MaxNewTokens, request.Sampling.Temperature, request.Sampling.TopP, request.Sampling.Seed));
        Assert.Equal([3, 4], request.PrefixTokenIds);
        Assert.Null(request.Constraint);
    }

    [Fact]
    public void The_format_of_the_answer_goes_along()
    {
        var choice = Turn("1", TurnState.Running) with { Options = new TurnOptions { Format = new AnswerFormat { Choices = ["red", "blue"] } } };
        var schema = Turn("1", TurnState.Running) with { Options = new TurnOptions { Format = new AnswerFormat { JsonSchema = "{\"type\":\"null\"}" } } };

        Assert.Equal(["red", "blue"], ConversationPrompt.For(Key, Dialogue(choice), choice).Constraint.Choices.Texts);
        Assert.Equal("{\"type\":\"null\"}", ConversationPrompt.For(Key, Dialogue(schema), schema).Constraint.JsonSchema);
    }

    [Fact]
    public void A_long_dialogue_keeps_to_the_decoders_limit_and_keeps_its_picture()
    {
        var turns = Enumerable.Range(0, 900).Select(i => Turn($"{i}", TurnState.Done, images: i == 0 ? ["img_0"] : [])).Append(Turn("now", TurnState.Pending)).ToArray();

        var request = ConversationPrompt.For(Key, Dialogue(turns), turns[^1]);

        Assert.InRange(request.Messages.Count, 2, 1000);
        Assert.Equal("img_0", Assert.Single(request.Messages[0].Images).ImageId);
        Assert.Equal("qnow", request.Messages[^1].Text);
    }

    private static DialogueState Dialogue(params TurnRecord[] turns) => new() { Turns = [.. turns] };

    private static TurnRecord Turn(string id, TurnState state, Skill skill = Skill.Answer, params string[] images) =>
        new() { TurnId = id, RequestId = id, Text = $"q{id}", Answer = $"a{id}", State = state, Skill = skill, ImageIds = [.. images] };
}
