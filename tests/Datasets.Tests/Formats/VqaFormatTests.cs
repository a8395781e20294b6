using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets.Tests.Formats;

public sealed class VqaFormatTests : IDisposable
{
    private readonly DatasetFolder _folder = new DatasetFolder()
        .WithPictures("val2014/COCO_val2014_000000262148.jpg")
        .With("v2_OpenEnded_mscoco_val2014_questions.json", """
            {"info": {}, "task_type": "Open-Ended", "data_type": "mscoco", "license": {}, "data_subtype": "val2014",
             "questions": [{"image_id": 262148, "question": "Where is he looking?", "question_id": 262148000}, {"image_id": 262148, "question": "How many people?", "question_id": 262148001}]}
            """)
        .With("v2_mscoco_val2014_annotations.json", """
            {"annotations": [{"question_type": "how many", "multiple_choice_answer": "2", "answers": [{"answer": "1", "answer_confidence": "maybe", "answer_id": 1}, {"answer": "2", "answer_confidence": "yes", "answer_id": 2}, {"answer": "2", "answer_confidence": "no", "answer_id": 3}], "image_id": 262148, "answer_type": "number", "question_id": 262148001},
                             {"question_type": "none of the above", "multiple_choice_answer": "down", "answers": [{"answer": "down", "answer_confidence": "yes", "answer_id": 1}], "image_id": 262148, "answer_type": "other", "question_id": 262148000}]}
            """);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Questions_find_their_answers_in_the_other_file()
    {
        var example = Assert.Single(await _folder.ReadAsync());
        Assert.Equal(["262148000", "262148001"], example.Questions.Select(q => q.Id));
        var counted = example.Questions[1];
        Assert.Equal(("How many people?", "how many", "number", "2"), (counted.Text, counted.QuestionType, counted.AnswerType, counted.MostCommonAnswer));
        Assert.Equal(new Answer("1", "maybe"), counted.Answers[0]);
    }

    [Fact]
    public async Task A_test_set_has_no_answers()
    {
        File.Delete(_folder["v2_mscoco_val2014_annotations.json"]);
        Assert.All(Assert.Single(await _folder.ReadAsync()).Questions, question => Assert.Null(question.MostCommonAnswer));
    }

    [Fact]
    public async Task A_question_id_given_twice_is_an_error()
    {
        _folder.With("v2_OpenEnded_mscoco_val2014_questions.json", """{"questions": [{"image_id": 262148, "question": "A?", "question_id": 1}, {"image_id": 262148, "question": "B?", "question_id": 1}]}""");
        var error = await Assert.ThrowsAsync<MeshException>(() => _folder.OpenAsync());
        Assert.Contains("record 2 (byte 73): has the question id '1', which an earlier record has.", error.Message);
    }
}
