using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets.Tests.Formats;

public sealed class TableFormatTests : IDisposable
{
    private readonly DatasetFolder _folder = new DatasetFolder().WithPictures("images/a.png", "images/b.png");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_table_with_quotes_line_ends_and_a_column_without_a_name_is_read()
    {
        _folder.With("captions.csv", "\uFEFF,image,caption,department\r\n0,a.png,\"A \"\"small\"\" cup,\r\nwith a handle\",kitchen\r\n1,b.png,Zwei Häuser,street,extra\r\n");
        var examples = (await _folder.ReadAsync()).OrderBy(e => e.Id).ToList();
        Assert.Equal(["A \"small\" cup,\r\nwith a handle"], examples[0].Captions);
        Assert.Equal(("kitchen", "0"), (examples[0].Metadata["department"], examples[0].Metadata["column1"]));
        Assert.Equal(["Zwei Häuser"], examples[1].Captions);
        Assert.Equal("extra", examples[1].Metadata["column5"]);
    }

    [Fact]
    public async Task Rows_of_one_picture_are_one_example()
    {
        _folder.With("data.tsv", "file\tcaption\na.png\tone\na.png\ttwo\n");
        Assert.Equal(["one", "two"], Assert.Single(await _folder.ReadAsync()).Captions);
    }

    [Fact]
    public async Task Json_lines_may_hold_questions_dialogues_labels_and_splits()
    {
        _folder.With("data.jsonl", """
            {"id": "x", "image": "a.png", "split": "test", "question": "What is it?", "answers": ["cup", "mug"], "label": "cup", "shop": 7}
            {"id": "y", "split": "train", "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi."}]}
            {"id": "z", "image": "b.png", "split": "train", "conversations": [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A house."}]}

            """);
        using var dataset = await _folder.OpenAsync();
        var test = await dataset.ReadAsync(Split.Test, 0, TestContext.Current.CancellationToken);
        Assert.Equal(("x", "cup", "7"), (test.Id, test.Label, test.Metadata["shop"]));
        Assert.Equal(["cup", "mug"], test.Questions[0].Answers.Select(a => a.Text));
        var talk = await dataset.ReadAsync(Split.Train, 0, TestContext.Current.CancellationToken);
        Assert.Null(talk.Picture);
        Assert.Equal([new Turn("Hello", "Hi.")], talk.Turns);
        Assert.Equal([new Turn("What?", "A house.")], (await dataset.ReadAsync(Split.Train, 1, TestContext.Current.CancellationToken)).Turns);
    }

    [Fact]
    public async Task The_users_own_column_names_can_be_said()
    {
        _folder.With("data.csv", "Bild;Beschreibung\na.png;Eine Tasse\n");
        var error = await Assert.ThrowsAsync<MeshException>(() => _folder.OpenAsync());
        Assert.Contains("its fields are Bild, Beschreibung. Say which holds the picture with --column image=NAME", error.Message);
        var options = new DatasetOptions { Columns = new Dictionary<string, string> { ["image"] = "Bild", ["caption"] = "Beschreibung" } };
        Assert.Equal(["Eine Tasse"], Assert.Single(await _folder.ReadAsync(options)).Captions);
    }

    [Theory]
    [InlineData("{\"id\": \"x\", \"image\": \"a.png\"}\n{\"id\": \"x\", \"image\": \"b.png\"}\n", "record 2 (byte 30): has the id 'x'")]
    [InlineData("{\"image\": \"a.png\"}\n{\"image\": \"a.p\n", "record 2 (byte 33): is not valid JSON")]
    [InlineData("{\"image\": \"../../../etc/passwd\"}\n", "record 1 (byte 0): needs the picture")]
    [InlineData("[1]\n", "record 1 (byte 0): is a list, not an object")]
    [InlineData("{\"image\": \"a.png\", \"split\": \"holdout\"}\n", "is of the split 'holdout'")]
    public async Task What_is_wrong_is_said_with_its_place(string lines, string message)
    {
        _folder.With("data.jsonl", lines);
        Assert.Contains(message, (await Assert.ThrowsAsync<MeshException>(() => _folder.OpenAsync())).Message);
    }

    [Fact]
    public async Task A_bad_line_is_skipped_and_the_next_one_read()
    {
        _folder.With("data.jsonl", "{\"image\": \"a.png\"}\nnonsense\n{\"image\": \"b.png\"}\n");
        using var dataset = await _folder.OpenAsync(new DatasetOptions { OnError = OnError.Skip });
        Assert.Equal(2, (await DatasetFolder.ReadAsync(dataset)).Count);
        Assert.Equal(2, Assert.Single(dataset.Problems(5)).Source.Record);
        Assert.Equal(1, dataset.ProblemCount);
    }
}
