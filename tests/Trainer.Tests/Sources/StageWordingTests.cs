using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Sources;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Tests.Sources;

public sealed class StageWordingTests(ShippedPack pack) : IClassFixture<ShippedPack>
{
    private const int Capacity = 192;

    private static readonly Example Picture = new()
    {
        Id = "1",
        Source = new SourceLocation("captions.csv", 1, 0),
        Captions = ["A cup.", "A red cup."],
        Questions = [new Question("q", "what is it?", [new Answer("cup"), new Answer("cup"), new Answer("mug")])],
    };

    [Fact]
    public void Every_caption_is_taken_now_and_then_and_the_same_one_at_the_same_position()
    {
        var wording = Wording(Stage.Caption);
        var answers = Enumerable.Range(0, 40).Select(p => wording.Write(Picture, 3, p)!.Value.Turns.Single().Answer).ToArray();
        Assert.Equal(2, answers.Distinct().Count());
        Assert.Equal(answers, Enumerable.Range(0, 40).Select(p => wording.Write(Picture, 3, p)!.Value.Sentence));
    }

    [Fact]
    public void Answers_are_learned_as_often_as_people_gave_them()
    {
        var wording = Wording(Stage.Vqa);
        var cups = Enumerable.Range(0, 600).Count(p => wording.Write(Picture, 1, p)!.Value.Turns.Single().Answer == "cup");
        Assert.InRange(cups, 360, 440);
        Assert.Equal("cup", wording.Write(Picture, 1, -1)!.Value.Turns.Single().Answer);
    }

    [Fact]
    public void A_picture_without_questions_is_of_no_use_for_answering() => Assert.Null(Wording(Stage.Vqa).Write(Picture with { Questions = [] }, 1, 0));

    [Fact]
    public void A_class_is_a_caption_where_there_is_no_other() =>
        Assert.Equal("teapot", Wording(Stage.Contrastive).Write(Picture with { Captions = [], Label = "teapot" }, 1, 0)!.Value.Sentence);

    [Theory]
    [InlineData("The greengrocer sells zucchini.")]
    [InlineData("Ein Kännchen Tee für Łukasz, 9 €.")]
    [InlineData("猫と犬 🐕")]
    public void Words_that_the_vocabulary_does_not_know_are_learned_letter_by_letter(string text)
    {
        var dialogue = new DialogueEncoder(pack.Tokenizer).Encode(Wording(Stage.Caption).Write(Picture with { Captions = [text] }, 1, 0)!.Value.Turns, Capacity);
        Assert.Equal(text + "<|end|>", pack.Tokenizer.Decode(dialogue.Targets.Select(t => t.Token).ToArray(), skipSpecialTokens: false));
    }

    [Fact]
    public void A_caption_too_long_for_the_model_is_learned_from_its_beginning()
    {
        var endless = string.Concat(Enumerable.Repeat("a dog and a cat and ", 200));
        var dialogue = new DialogueEncoder(pack.Tokenizer).Encode(Wording(Stage.Caption).Write(Picture with { Captions = [endless] }, 1, 0)!.Value.Turns, Capacity);
        Assert.InRange(dialogue.Tokens.Count, Capacity - 2, Capacity);
    }

    private StageWording Wording(Stage stage) => new(stage, "Describe the picture.", new DialogueEncoder(pack.Tokenizer), Capacity);
}
