using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets.Tests.Formats;

public sealed class CocoFormatTests : IDisposable
{
    private const string Captions = """
        {"info": {"year": 2017}, "licenses": [{"id": 1, "name": "x"}],
         "images": [{"license": 4, "file_name": "000000397133.jpg", "coco_url": "http://images.cocodataset.org/val2017/000000397133.jpg", "height": 427, "width": 640, "id": 397133},
                    {"license": 1, "file_name": "000000037777.jpg", "height": 230, "width": 352, "id": 37777}],
         "annotations": [{"image_id": 397133, "id": 370509, "caption": "A woman stands in the dining area at the table."},
                         {"image_id": 37777, "id": 97131, "caption": "A kitchen with a refrigerator.\n"},
                         {"image_id": 397133, "id": 370510, "caption": "A room with chairs, a table, and a woman in it."}]}
        """;

    private const string Instances = """
        {"images": [{"file_name": "000000397133.jpg", "height": 427, "width": 640, "id": 397133}, {"file_name": "000000037777.jpg", "id": 37777}],
         "annotations": [
           {"segmentation": [[224.24, 297.18, 228.29]], "area": 1481.38, "iscrowd": 0, "image_id": 397133, "bbox": [217.62, 240.54, 38.99, 57.75], "category_id": 44, "id": 82445},
           {"segmentation": {"counts": [272, 2, 4], "size": [427, 640]}, "area": 220834, "iscrowd": 1, "image_id": 397133, "bbox": [1, 0, 600, 426], "category_id": 1, "id": 900100}],
         "categories": [{"supercategory": "person", "id": 1, "name": "person"}, {"supercategory": "kitchen", "id": 44, "name": "bottle"}]}
        """;

    private readonly DatasetFolder _folder = new DatasetFolder()
        .WithPictures("val2017/000000397133.jpg", "val2017/000000037777.jpg")
        .With("annotations/captions_val2017.json", Captions)
        .With("annotations/instances_val2017.json", Instances);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Captions_and_instances_of_a_picture_come_together()
    {
        using var dataset = await _folder.OpenAsync();
        Assert.Equal(("MSCOCO", 0, 2), (dataset.Format, dataset.Count(Split.Train), dataset.Count(Split.Validation)));
        var example = await dataset.ReadAsync(Split.Validation, 0, TestContext.Current.CancellationToken);
        Assert.Equal("397133", example.Id);
        Assert.Equal(["A woman stands in the dining area at the table.", "A room with chairs, a table, and a woman in it."], example.Captions);
        Assert.Equal([new ObjectBox("bottle", new Box(217.62, 240.54, 38.99, 57.75)), new ObjectBox("person", new Box(1, 0, 600, 426), IsCrowd: true)], example.Objects);
        Assert.Equal(("640", "4"), (example.Metadata["width"], example.Metadata["license"]));
        Assert.Equal(DatasetFolder.Picture, await example.Picture!.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_pictures_are_found_from_the_annotations_folder_and_by_one_file()
    {
        using var folder = await Dataset.OpenAsync(_folder["annotations"], new DatasetOptions(), TestContext.Current.CancellationToken);
        using var file = await Dataset.OpenAsync(_folder["annotations/captions_val2017.json"], new DatasetOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(2, folder.Count(Split.Validation));
        Assert.Equal(2, file.Count(Split.Validation));
        Assert.Empty((await file.ReadAsync(Split.Validation, 0, TestContext.Current.CancellationToken)).Objects);
    }

    [Fact]
    public async Task Without_a_need_for_pictures_they_may_be_missing()
    {
        Directory.Delete(_folder["val2017"], true);
        Assert.All(await _folder.ReadAsync(new DatasetOptions { NeedsPictures = false }), example => Assert.Null(example.Picture));
    }

    [Fact]
    public async Task A_missing_picture_ends_the_work_with_its_record()
    {
        File.Delete(_folder["val2017/000000037777.jpg"]);
        var error = await Assert.ThrowsAsync<MeshException>(() => _folder.OpenAsync());
        Assert.Equal(ErrorReason.DatasetInvalid, error.Reason);
        Assert.Matches(@"captions_val2017\.json, record 2 \(byte \d+\): needs the picture 000000037777\.jpg, .* --on-error skip", error.Message);
    }

    [Fact]
    public async Task Skipping_leaves_out_what_is_wrong_and_says_where()
    {
        File.Delete(_folder["val2017/000000037777.jpg"]);
        _folder.With("annotations/captions_val2017.json", Captions.Replace("\"caption\": \"A woman", "\"captoin\": \"A woman").Replace("\"id\": 370510", "\"id\": 97131"));
        using var dataset = await _folder.OpenAsync(new DatasetOptions { OnError = OnError.Skip });
        var example = Assert.Single(await DatasetFolder.ReadAsync(dataset));
        Assert.Empty(example.Captions);
        Assert.Equal(
            ["needs the picture", "has neither 'caption' nor 'bbox'", "has the annotation id of captions_val2017.json '97131'", "needs the picture", "belongs to the picture '37777'"],
            dataset.Problems(10).Select(p => Assert.Single(Starts, start => p.Message.StartsWith(start))));
    }

    private static readonly string[] Starts =
        ["needs the picture", "has neither 'caption' nor 'bbox'", "has the annotation id of captions_val2017.json '97131'", "belongs to the picture '37777'"];

    [Fact]
    public async Task A_file_that_breaks_off_keeps_what_came_before()
    {
        _folder.With("annotations/captions_val2017.json", Captions[..Captions.IndexOf("{\"image_id\": 397133, \"id\": 370510", StringComparison.Ordinal)] + "{\"image_");
        File.Delete(_folder["annotations/instances_val2017.json"]);
        using var dataset = await _folder.OpenAsync(new DatasetOptions { OnError = OnError.Skip });
        Assert.Equal([1, 1], (await DatasetFolder.ReadAsync(dataset)).Select(e => e.Captions.Count));
        var problem = Assert.Single(dataset.Problems(10));
        Assert.Equal(3, problem.Source.Record);
        Assert.StartsWith("is not valid JSON here", problem.Message);
    }

    [Fact]
    public async Task Annotations_may_come_before_their_pictures_and_after_a_byte_order_mark()
    {
        _folder.With("annotations/captions_val2017.json", [0xEF, 0xBB, 0xBF, .. """
            {"annotations": [{"image_id": 37777, "id": 1, "caption": "Küche"}], "images": [{"id": 37777, "file_name": "000000037777.jpg"}]}
            """u8]);
        File.Delete(_folder["annotations/instances_val2017.json"]);
        Assert.Equal(["Küche"], Assert.Single(await _folder.ReadAsync()).Captions);
    }
}
