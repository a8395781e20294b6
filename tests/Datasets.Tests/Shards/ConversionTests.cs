using System.Text.Json;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Shards;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets.Tests.Shards;

public sealed class ConversionTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Shards_say_what_the_data_set_said()
    {
        _folder.WithPictures("in/a.png", "in/b.png", "in/c.png").With("in/data.jsonl", """
            {"id": "1.x/y", "image": "a.png", "split": "train", "captions": ["Öne", "two"], "label": "l", "questions": [{"question_id": "q", "question": "Q?", "answer_type": "other", "answers": [{"answer": "A", "answer_confidence": "yes"}]}]}
            {"id": "2", "image": "b.png", "split": "train", "objects": [{"name": "cup", "bbox": [1, 2.5, 3, 4], "iscrowd": true}], "regions": [{"phrase": "p", "bbox": [0, 0, 1, 1]}], "relationships": [{"subject": "s", "predicate": "on", "object": "o"}], "turns": [{"question": "q", "answer": "a"}], "age": 7}
            {"id": "3", "image": "c.png", "split": "test"}
            """);
        using var source = await Dataset.OpenAsync(_folder["in"], new DatasetOptions(), TestContext.Current.CancellationToken);
        var result = await Conversion.RunAsync(source, _folder["out"], 1, null, OnError.Stop, null, TestContext.Current.CancellationToken);
        Assert.Equal(["train-000000.tar", "train-000001.tar", "test-000000.tar"], result.Shards.Select(Path.GetFileName));
        using var shards = await Dataset.OpenAsync(_folder["out"], new DatasetOptions(), TestContext.Current.CancellationToken);
        Assert.Equal("WebDataset", shards.Format);
        var (before, after) = (await DatasetFolder.ReadAsync(source), await DatasetFolder.ReadAsync(shards));
        Assert.Equal(before.Select(Said), after.Select(Said));
        Assert.Equal(DatasetFolder.Picture, await after[0].Picture!.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_shard_that_breaks_off_keeps_what_is_whole()
    {
        _folder.WithPictures(Enumerable.Range(0, 5).Select(i => $"in/{i}.png").ToArray());
        using var source = await Dataset.OpenAsync(_folder["in"], new DatasetOptions { ValidationShare = 0, TestShare = 0 }, TestContext.Current.CancellationToken);
        var shard = Assert.Single((await Conversion.RunAsync(source, _folder["out"], 100, null, OnError.Stop, null, TestContext.Current.CancellationToken)).Shards);
        using (var file = File.OpenWrite(shard))
        {
            file.SetLength(5000);
        }

        await Assert.ThrowsAsync<MeshException>(() => Dataset.OpenAsync(_folder["out"], new DatasetOptions(), TestContext.Current.CancellationToken));
        using var rest = await Dataset.OpenAsync(_folder["out"], new DatasetOptions { OnError = OnError.Skip }, TestContext.Current.CancellationToken);
        Assert.InRange(rest.Count(Split.Train), 2, 3);
        Assert.Contains("is no whole tar file", Assert.Single(rest.Problems(5)).Message);
    }

    [Fact]
    public async Task A_folder_with_something_in_it_is_not_written_to()
    {
        _folder.WithPictures("in/1.png", "out/x.png");
        using var source = await Dataset.OpenAsync(_folder["in"], new DatasetOptions(), TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<MeshException>(() => Conversion.RunAsync(source, _folder["out"], 10, null, OnError.Stop, null, TestContext.Current.CancellationToken));
        Assert.Contains("is not empty", error.Message);
    }

    private static string Said(Example example) => JsonSerializer.Serialize(example with { Source = default, Picture = null, Metadata = new SortedDictionary<string, string>(example.Metadata.Where(m => m.Key != "split").ToDictionary()) });
}
