using MultiModalMesh.Trainer.Evaluation;

namespace MultiModalMesh.Trainer.Tests.Evaluation;

public sealed class AnswerTextTests
{
    [Theory]
    [InlineData("A dog.", "the Dog", true)]
    [InlineData("two dogs", "two  dogs!", true)]
    [InlineData("a dog", "a cat", false)]
    public void Case_punctuation_and_articles_do_not_matter(string a, string b, bool same) => Assert.Equal(same, AnswerText.Same(a, b));

    [Fact]
    public void One_reference_is_enough_where_there_are_few() => Assert.Equal(1, AnswerText.Accuracy("cup", ["A mug.", "A cup."]));

    [Fact]
    public void Of_ten_people_three_must_agree() => Assert.Equal(2 / 3.0, AnswerText.Accuracy("cup", ["cup", "cup", .. Enumerable.Repeat("mug", 8)]));
}
