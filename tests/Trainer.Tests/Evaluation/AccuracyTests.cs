using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Evaluation;

namespace MultiModalMesh.Trainer.Tests.Evaluation;

public sealed class AccuracyTests
{
    [Fact]
    public void Counts_by_kind_and_by_follow_up()
    {
        var accuracy = new Accuracy();
        accuracy.Add(Turn(QuestionKind.Where, false), true);
        accuracy.Add(Turn(QuestionKind.Where, true), false);
        accuracy.Add(Turn(QuestionKind.Presence, true), true);
        Assert.Equal((2, 3), accuracy.Total);
        Assert.Equal((1, 2), accuracy.Of(QuestionKind.Where));
        Assert.Equal((0, 1), accuracy.FollowUpsOf(QuestionKind.Where));
        Assert.Equal((1, 2), accuracy.FollowUps);
    }

    [Fact]
    public void A_kind_that_was_not_asked_has_no_percentage() => Assert.Equal("-", Accuracy.Percent(new Accuracy().Of(QuestionKind.What)));

    private static DialogueTurn Turn(QuestionKind kind, bool followUp) => new(kind, followUp, "", "", [], []);
}
