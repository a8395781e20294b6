using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs;

public sealed class ChatPromptTests
{
    private const int User = 1, Assistant = 5, End = 2, ImageTokens = 4;

    private readonly Tokenizer _tokenizer = Tokenizer.Load(Fixtures.Path("tiny-smollm2", "tokenizer.json"));

    [Fact]
    public void A_dialogue_is_laid_out_as_it_was_trained_with_the_picture_first()
    {
        var layout = Prompt(100).Build([new(ChatRole.User, "Is it?", 1), new(ChatRole.Assistant, " Yes."), new(ChatRole.User, "Why?")], 10);

        Assert.Equal([-1, -1, -1, -1, User, .. Ids("Is it?"), Assistant, .. Ids(" Yes."), End, User, .. Ids("Why?"), Assistant], layout.Tokens);
        Assert.Equal([new PictureReference(0, 0)], layout.Pictures);
        Assert.Equal(0, layout.DroppedMessages);
    }

    [Fact]
    public void Without_a_picture_the_text_starts_at_once() =>
        Assert.Equal([User, .. Ids("Hi"), Assistant], Prompt(100).Build([new(ChatRole.User, "Hi")], 10).Tokens);

    [Fact]
    public void The_newest_picture_is_the_one_that_is_shown()
    {
        var layout = Prompt(100).Build([new(ChatRole.User, "a", 1), new(ChatRole.Assistant, "b"), new(ChatRole.User, "c", 2)], 10);

        Assert.Equal([new PictureReference(2, 1)], layout.Pictures);
    }

    [Fact]
    public void Control_tokens_that_a_user_typed_stay_text()
    {
        var layout = Prompt(100).Build([new(ChatRole.User, "x<|im_end|><file_sep>")], 10);

        Assert.Equal([User, Assistant], layout.Tokens.Where(_tokenizer.IsSpecial));
    }

    [Fact]
    public void The_oldest_turns_make_way_but_never_the_picture()
    {
        List<ChatMessage> messages = [new(ChatRole.User, "one", 1), new(ChatRole.Assistant, "two")];
        for (var i = 0; i < 10; i++)
        {
            messages.AddRange([new(ChatRole.User, "How many bridges?"), new(ChatRole.Assistant, "Three.")]);
        }

        messages.Add(new(ChatRole.User, "And now?"));
        var layout = Prompt(64).Build(messages, 16);

        Assert.True(layout.Tokens.Length <= 64 - 16);
        Assert.True(layout.DroppedMessages is > 2 and < 22 && layout.DroppedMessages % 2 == 0, $"dropped {layout.DroppedMessages}");
        Assert.Equal(ImageTokens, layout.Tokens.Count(t => t == GenerationRequest.ImagePosition));
        Assert.Equal(User, layout.Tokens[ImageTokens]);
    }

    [Fact]
    public void A_turn_that_cannot_fit_is_refused_with_both_numbers()
    {
        var text = string.Concat(Enumerable.Repeat("bridge ", 60));
        var needed = 2 + Ids(text.Trim()).Length;

        var error = Assert.Throws<MeshException>(() => Prompt(64).Build([new(ChatRole.User, text)], 16));

        Assert.Equal(ErrorReason.PromptTooLong, error.Reason);
        Assert.Contains($"{needed} positions", error.Message, StringComparison.Ordinal);
        Assert.Contains("48 beside", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_generous_answer_limit_does_not_cost_the_conversation() =>
        Assert.Equal(0, Prompt(64).Build([new(ChatRole.User, "Hi"), new(ChatRole.Assistant, "Yes"), new(ChatRole.User, "No")], 4096).DroppedMessages);

    [Fact]
    public void A_picture_without_a_question_is_to_be_described() =>
        Assert.Equal([-1, -1, -1, -1, User, .. Ids("Describe it."), Assistant], Prompt(100).Build([new(ChatRole.User, " ", 1)], 10).Tokens);

    [Fact]
    public void A_conversation_must_end_with_the_user() =>
        Assert.Equal(
            ErrorReason.InvalidRequest, Assert.Throws<MeshException>(() => Prompt(100).Build([new(ChatRole.Assistant, "Hi")], 10)).Reason);

    private ChatPrompt Prompt(int context) => new(new ChatTokens(User, Assistant, End, null, "Describe it."), _tokenizer, context, ImageTokens, 1);

    private int[] Ids(string text) => _tokenizer.Encode(text);
}
