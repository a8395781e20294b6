using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Tests.Training;

public sealed class DialogueEncoderTests(ShippedPack pack) : IClassFixture<ShippedPack>
{
    private static readonly DialogueTurn[] Turns =
    [
        new(QuestionKind.Where, false, "where is the dog?", "In the middle.", [new Mention(13, 3, [2])], [new Mention(0, 13, [2])]),
        new(QuestionKind.Background, false, "what colour is the background?", "Red.", [], []),
    ];

    [Fact]
    public void Only_answers_and_their_ends_are_predicted()
    {
        var dialogue = new DialogueEncoder(pack.Tokenizer).Encode(Turns, 100);
        var answers = dialogue.Targets.GroupBy(t => t.Turn).Select(g => pack.Tokenizer.Decode(g.Select(t => t.Token).ToArray(), skipSpecialTokens: false));
        Assert.Equal(["In the middle.<|end|>", "Red.<|end|>"], answers);
    }

    [Fact]
    public void Each_target_is_the_token_after_its_position()
    {
        var dialogue = new DialogueEncoder(pack.Tokenizer).Encode(Turns, 100);
        Assert.All(dialogue.Targets, t => Assert.Equal(t.Token, dialogue.Tokens[t.Position + 1]));
    }

    [Fact]
    public void Packed_turns_read_as_the_chat_format_says() =>
        Assert.Equal(
            "<|user|>where is the dog?<|assistant|>In the middle.<|end|><|user|>what colour is the background?<|assistant|>Red.<|end|>",
            pack.Tokenizer.Decode([.. new DialogueEncoder(pack.Tokenizer).Encode(Turns, 100).Tokens], skipSpecialTokens: false));

    [Fact]
    public void A_mention_is_the_last_token_of_its_noun()
    {
        var dialogue = new DialogueEncoder(pack.Tokenizer).Encode(Turns, 100);
        var (position, target) = Assert.Single(dialogue.Mentions);
        Assert.Equal([2], target);
        Assert.Equal(" dog", pack.Tokenizer.Decode([dialogue.Tokens[position]]));
    }

    [Fact]
    public void A_pointer_is_a_target_that_predicts_a_word_read_off_an_object()
    {
        var dialogue = new DialogueEncoder(pack.Tokenizer).Encode(Turns, 100);
        Assert.Equal("In the middle", pack.Tokenizer.Decode([.. dialogue.Pointers.Select(p => dialogue.Targets[p.Target].Token)]));
    }

    [Fact]
    public void Turns_that_do_not_fit_are_left_out()
    {
        var encoder = new DialogueEncoder(pack.Tokenizer);
        var first = encoder.Encode(Turns[..1], 100).Tokens;
        Assert.Equal(first, encoder.Encode(Turns, first.Count + 3).Tokens);
    }
}
