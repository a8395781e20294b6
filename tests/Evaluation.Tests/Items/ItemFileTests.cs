using MultiModalMesh.Datasets;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Items;
using MultiModalMesh.Evaluation.ModelRuns;
using MultiModalMesh.Evaluation.Scoring;
using MultiModalMesh.TestProcesses;

namespace MultiModalMesh.Evaluation.Tests.Items;

/// <summary>Data sets as they are published, and what is said about broken ones.</summary>
public sealed class ItemFileTests : IDisposable
{
    private const string Captions =
        """
        {"images": [{"id": 7, "file_name": "seven.jpg", "light": "day"}, {"id": 8, "file_name": "eight.jpg"}, {"id": 9, "file_name": "nobody.jpg"}],
         "annotations": [{"id": 1, "image_id": 7, "caption": "A dog."}, {"id": 2, "image_id": 8, "caption": "A cat."}, {"id": 3, "image_id": 7, "caption": "One dog."}]}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Captions_files_give_every_picture_with_all_its_captions_and_columns()
    {
        Write("seven.jpg", "picture");
        var set = CocoCaptions.Read(Write("captions.json", Captions), new PictureFolder(_folder.Path));

        Assert.Equal(["7", "8"], set.Items.Select(item => item.Id));
        Assert.Equal(["A dog.", "One dog."], set.Items[0].References);
        Assert.Equal("day", set.Items[0].Metadata["light"]);
        Assert.Equal("seven.jpg", set.Items[0].Picture?.Name);
        Assert.Null(set.Items[1].Picture);
    }

    [Fact]
    public void Questions_are_joined_with_their_annotations()
    {
        var questions = Write("q.json", """{"questions": [{"question_id": 11, "image_id": 42, "question": "What?"}]}""");
        var annotations = Write(
            "a.json", """{"annotations": [{"question_id": 11, "image_id": 42, "question_type": "what", "answer_type": "other", "answers": [{"answer": "dog"}, {"answer": "cat"}]}]}""");
        Write("COCO_val2014_000000000042.jpg", "picture");

        var item = Assert.Single(VqaFiles.Read(questions, annotations, new PictureFolder(_folder.Path)).Items);

        Assert.Equal(("11", "What?", "what", "COCO_val2014_000000000042.jpg"), (item.Id, item.Question, item.Metadata["question_type"], item.Picture?.Name));
        Assert.Equal(["dog", "cat"], item.Answers);
    }

    [Fact]
    public void Tables_have_the_same_items_as_JSON_lines_and_as_CSV()
    {
        var lines = ItemTable.Read(Write("t.jsonl", """{"id": 1, "question": "Who, \"me\"?", "answers": ["yes", "no"], "age": 30}"""), null).Items[0];
        var csv = ItemTable.Read(Write("t.csv", "id,question,answers,age\r\n1,\"Who, \"\"me\"\"?\",yes|no,30\r\n"), null).Items[0];

        Assert.Equal((lines.Id, lines.Question, lines.Metadata["age"]), (csv.Id, csv.Question, csv.Metadata["age"]));
        Assert.Equal(lines.Answers, csv.Answers);
    }

    [Fact]
    public void Pictures_outside_their_folder_are_not_opened()
    {
        var inner = Directory.CreateDirectory(Path.Combine(_folder.Path, "inner")).FullName;
        Write("secret.jpg", "secret");
        Assert.Null(new PictureFolder(inner).Find("../secret.jpg", "x"));
        Assert.Null(new PictureFolder(inner).Find(Path.Combine(_folder.Path, "secret.jpg"), "x"));
    }

    [Fact]
    public async Task A_published_data_set_gives_pictures_or_questions_as_the_task_needs()
    {
        Write("seven.jpg", "picture");
        Write("captions_val2017.json", Captions);
        Write("v2_OpenEnded_mscoco_val2014_questions.json", """{"questions": [{"question_id": 11, "image_id": 7, "question": "What?"}]}""");
        Write(
            "v2_mscoco_val2014_annotations.json",
            """{"annotations": [{"question_id": 11, "image_id": 7, "question_type": "what", "answer_type": "other", "answers": [{"answer": "dog"}]}]}""");

        var captions = await new ItemSources { Dataset = Path.Combine(_folder.Path, "captions_val2017.json"), Images = _folder.Path, PicturesNeeded = true, OnError = OnError.Skip }
            .ReadAsync(TestContext.Current.CancellationToken);
        var questions = await new ItemSources { Dataset = Path.Combine(_folder.Path, "v2_OpenEnded_mscoco_val2014_questions.json"), PerQuestion = true }
            .ReadAsync(TestContext.Current.CancellationToken);

        var picture = Assert.Single(captions.Items);
        Assert.Equal(["A dog.", "One dog."], picture.References);
        Assert.Equal("seven.jpg", picture.Picture?.Name);
        Assert.Contains("eight.jpg", Assert.Single(captions.Notes), StringComparison.Ordinal);
        var question = Assert.Single(questions.Items);
        Assert.Equal(("11", "What?", "other"), (question.Id, question.Question, question.Metadata["answer_type"]));
    }

    [Theory]
    [InlineData("c.json", """{"images": [], "annotations": [{"image_id": 5, "caption": "x"}]}""", "annotations[0]", "image id 5")]
    [InlineData("c.json", """{"images": [{"id": 5}, {"id": 5}], "annotations": []}""", "images[1]", "twice")]
    [InlineData("c.json", "{\"images\": [],\n \"annotations\": [}", "line 2", "not valid JSON")]
    [InlineData("c.json", """{"images": [{"id": 5}], "annotations": [{"image_id": 5}]}""", "annotations[0]", "'caption' is missing")]
    [InlineData("t.jsonl", "{\"id\": 1}\n{\"id\": 1}", "id '1'", "twice")]
    [InlineData("t.jsonl", "{\"id\": 1}\n{\"id\": ", "line 2", "not valid JSON")]
    [InlineData("t.csv", "id,label\n1,a\n2", "line 3", "1 fields")]
    [InlineData("t.csv", "id,label\n1,\"a", "line 2", "not closed")]
    public async Task What_is_wrong_is_said_with_the_file_and_the_record(string name, string content, string record, string what)
    {
        var path = Write(name, content);
        var sources = name.StartsWith('c') ? new ItemSources { Annotations = path } : new ItemSources { Table = path };

        var failure = await Assert.ThrowsAsync<MeshException>(() => sources.ReadAsync(TestContext.Current.CancellationToken));

        Assert.Equal(ErrorReason.EvaluationFileInvalid, failure.Reason);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(record, failure.Message, StringComparison.Ordinal);
        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"image_id": 7, "caption": "x"}, {"image_id": 7, "caption": "y"}, {"image_id": 8, "caption": "y"}]""", "EVALUATION_FILE_INVALID", "7")]
    [InlineData("""[{"image_id": 7, "caption": "x"}, {"image_id": 8, "caption": "y"}, {"image_id": 70, "caption": "y"}]""", "EVALUATION_FILE_INVALID", "70")]
    [InlineData("""[{"image_id": 7, "caption": "x"}]""", "EVALUATION_CANDIDATE_MISSING", "8")]
    [InlineData("""[{"image_id": 7, "caption": 3}]""", "EVALUATION_FILE_INVALID", "results[0]")]
    public void Results_that_do_not_fit_their_data_set_are_refused(string results, string reason, string named)
    {
        var set = CocoCaptions.Read(Write("captions.json", Captions), null);
        var path = Write("results.json", results);

        var failure = Assert.Throws<MeshException>(() => Scorer.Captions(set.Items, new Answers(path, RunReader.Read(path)).CheckedAgainst(set), CaptionTokenization.Auto));

        Assert.Equal(reason, failure.Reason.Code);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, content);
        return path;
    }
}
