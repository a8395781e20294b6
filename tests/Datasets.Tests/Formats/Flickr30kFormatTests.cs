using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets.Tests.Formats;

public sealed class Flickr30kFormatTests : IDisposable
{
    private readonly DatasetFolder _folder = new DatasetFolder().WithPictures("flickr30k_images/1000092795.jpg", "flickr30k_images/2199200615.jpg");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_table_with_bars_is_read_even_where_a_bar_is_missing()
    {
        _folder.With("results.csv", "image_name| comment_number| comment\r\n1000092795.jpg| 0| Two young guys , with \"shaggy\" hair .\r\n1000092795.jpg| 1| Two men | one garden .\r\n2199200615.jpg| 4   A dog runs across the grass .\r\n");
        var examples = (await _folder.ReadAsync()).OrderBy(e => e.Id).ToList();
        Assert.Equal(["Two young guys , with \"shaggy\" hair .", "Two men | one garden ."], examples[0].Captions);
        Assert.Equal(["A dog runs across the grass ."], examples[1].Captions);
    }

    [Fact]
    public async Task The_original_token_file_is_read()
    {
        _folder.With("results_20130124.token", "1000092795.jpg#0\tTwo young guys .\n1000092795.jpg#1\tTwo men .\n");
        Assert.Equal(["Two young guys .", "Two men ."], Assert.Single(await _folder.ReadAsync()).Captions);
    }

    [Fact]
    public async Task The_same_comment_twice_is_an_error_with_its_line()
    {
        _folder.With("results.csv", "image_name| comment_number| comment\n1000092795.jpg| 0| A .\n1000092795.jpg| 0| B .\n");
        var error = await Assert.ThrowsAsync<MeshException>(() => _folder.OpenAsync());
        Assert.Contains("results.csv, record 3 (byte 59): has the comment number of a picture '1000092795.jpg 0'", error.Message);
    }

    [Fact]
    public async Task Karpathys_file_says_the_splits()
    {
        _folder.With("dataset_flickr30k.json", """
            {"images": [{"sentids": [0, 1], "imgid": 0, "sentences": [{"tokens": ["two"], "raw": "Two young guys.", "imgid": 0, "sentid": 0}, {"raw": "Two men.", "sentid": 1}], "split": "train", "filename": "1000092795.jpg"},
                        {"sentids": [5], "imgid": 1, "sentences": [{"raw": "A dog.", "imgid": 1, "sentid": 5}], "split": "test", "filename": "2199200615.jpg"}], "dataset": "flickr30k"}
            """);
        using var dataset = await _folder.OpenAsync();
        Assert.Equal((1, 0, 1), (dataset.Count(Split.Train), dataset.Count(Split.Validation), dataset.Count(Split.Test)));
        Assert.Equal(["Two young guys.", "Two men."], (await dataset.ReadAsync(Split.Train, 0, TestContext.Current.CancellationToken)).Captions);
    }
}
