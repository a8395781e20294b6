using MultiModalMesh.Evaluation.Questions;

namespace MultiModalMesh.Evaluation.Tests.Questions;

/// <summary>Answer normalisation and VQA accuracy against the reference program.</summary>
public sealed class VqaGoldenTests(ITestOutputHelper output)
{
    [Fact]
    public void Answers_are_normalised_and_scored_as_the_reference_program_does()
    {
        var vqa = Goldens.Root.GetProperty("vqa");
        var questions = new List<AnsweredQuestion>();
        double deviation = 0, published = 0;
        foreach (var golden in vqa.GetProperty("cases").EnumerateArray())
        {
            var question = new AnsweredQuestion(golden.GetProperty("answer").GetString()!, golden.GetProperty("annotators").Texts());
            questions.Add(question);
            Assert.Equal(golden.GetProperty("normalised_answer").GetString(), AnswerNormalizer.Normalize(question.Answer));
            Assert.Equal(
                golden.GetProperty("normalised_annotators").Texts(),
                question.Annotators.Select(AnswerNormalizer.Normalize).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
            deviation = Math.Max(deviation, Math.Abs(golden.GetProperty("accuracy").GetDouble() - VqaAccuracy.Of(question)));
            published = Math.Max(
                published, Math.Abs(golden.GetProperty("accuracy_without_normalising_unanimous_annotators").GetDouble() - VqaAccuracy.AsPublished(question)));
        }

        deviation = Math.Max(deviation, Math.Abs(vqa.GetProperty("mean_accuracy").GetDouble() - VqaAccuracy.Score(questions).Value));
        output.WriteLine($"accuracy {deviation:E2}, as published {published:E2}");
        Assert.True(deviation <= Goldens.Tolerance, $"VQA accuracy is off by {deviation}.");
        Assert.True(published <= Goldens.Tolerance, $"VQA accuracy as published is off by {published}.");
    }

    [Fact]
    public void Every_contraction_of_the_reference_gets_its_apostrophe()
    {
        foreach (var contraction in Goldens.Root.GetProperty("vqa").GetProperty("contractions_used").EnumerateObject())
        {
            Assert.Equal(contraction.Value.GetString(), AnswerNormalizer.Normalize(contraction.Name));
        }
    }
}
