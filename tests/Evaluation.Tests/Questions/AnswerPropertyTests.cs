using FsCheck;
using FsCheck.Fluent;
using MultiModalMesh.Evaluation.Questions;

namespace MultiModalMesh.Evaluation.Tests.Questions;

/// <summary>What holds for any answers.</summary>
public sealed class AnswerPropertyTests
{
    private static readonly Gen<string> Answer = Gen.Elements("yes", "No.", "two", "2", "a dog", "dogs", "isnt", "1,000", "");

    private static readonly Arbitrary<(string Answer, string[] Annotators)> Questions =
        Arb.From(Answer.SelectMany(_ => Answer.ArrayOf(10), (answer, annotators) => (answer, annotators)));

    [Fact]
    public void Accuracy_does_not_depend_on_the_order_of_annotators() =>
        Prop.ForAll(Questions, q => Math.Abs(Of(q.Answer, q.Annotators) - Of(q.Answer, [.. q.Annotators.Reverse()])) < 1e-12).QuickCheckThrowOnFailure();

    [Fact]
    public void One_more_annotator_who_agrees_never_lowers_it() =>
        Prop.ForAll(Questions, q => Of(q.Answer, [q.Answer, .. q.Annotators[1..]]) >= Of(q.Answer, q.Annotators) - 1e-12).QuickCheckThrowOnFailure();

    [Fact]
    public void A_dialogue_is_right_when_every_turn_is()
    {
        AnsweredTurn right = new("Two!", ["2"]), wrong = new("red", ["blue", "green"]);

        var metrics = DialogueScore.Score([[right, right], [right, wrong]]);

        Assert.Equal([0.75, 0.5, 0.5], metrics.Select(metric => metric.Value));
    }

    private static double Of(string answer, string[] annotators) => VqaAccuracy.Of(new AnsweredQuestion(answer, annotators));
}
