using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets.Tests.Formats;

public sealed class ImageFolderFormatTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Folders_are_splits_and_classes_and_texts_are_captions()
    {
        _folder.WithPictures("train/cat/1.png", "test/dog/2.png").With("train/cat/1.txt", "A cat.\n").With("notes.md", "none");
        using var dataset = await _folder.OpenAsync();
        Assert.Equal((1, 0, 1), (dataset.Count(Split.Train), dataset.Count(Split.Validation), dataset.Count(Split.Test)));
        var cat = await dataset.ReadAsync(Split.Train, 0, TestContext.Current.CancellationToken);
        Assert.Equal(("train/cat/1.png", "cat"), (cat.Id, cat.Label));
        Assert.Equal(["A cat."], cat.Captions);
    }

    [Fact]
    public async Task Without_splits_of_its_own_an_example_stays_where_it_was_when_others_come()
    {
        var names = Enumerable.Range(0, 200).Select(i => $"{i}.png").ToArray();
        _folder.WithPictures(names[..100]);
        var before = await SplitsAsync();
        _folder.WithPictures(names[100..]);
        var after = await SplitsAsync();
        Assert.All(before, pair => Assert.Equal(pair.Value, after[pair.Key]));
        Assert.InRange(after.Count(pair => pair.Value == Split.Validation), 5, 40);
    }

    [Fact]
    public async Task A_folder_of_nothing_is_refused_with_what_would_do()
    {
        var error = await Assert.ThrowsAsync<MeshException>(() => _folder.OpenAsync());
        Assert.Contains("is no data set that is known: Visual Genome, VQA v2", error.Message);
    }

    private async Task<Dictionary<string, Split>> SplitsAsync()
    {
        using var dataset = await _folder.OpenAsync(new DatasetOptions { ValidationShare = 0.1, TestShare = 0.1 });
        var found = new Dictionary<string, Split>();
        foreach (var split in Enum.GetValues<Split>())
        {
            for (var i = 0L; i < dataset.Count(split); i++)
            {
                found.Add((await dataset.ReadAsync(split, i, TestContext.Current.CancellationToken)).Id, split);
            }
        }

        return found;
    }
}
