using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Tests.Formats;

public sealed class VisualGenomeFormatTests : IDisposable
{
    private readonly DatasetFolder _folder = new DatasetFolder()
        .WithPictures("VG_100K/1.jpg", "VG_100K_2/2.jpg")
        .With("image_data.json", """[{"width": 800, "url": "https://x/1.jpg", "height": 600, "image_id": 1, "coco_id": null, "flickr_id": null}, {"width": 1, "height": 1, "image_id": 2}]""")
        .With("region_descriptions.json", """[{"regions": [{"region_id": 1382, "width": 82, "height": 139, "image_id": 1, "phrase": "the clock is green in colour ", "y": 57, "x": -3}], "id": 1}, {"regions": [], "id": 2}]""")
        .With("question_answers.json", """[{"id": 1, "qas": [{"a_objects": [], "question": "What color is the clock?", "image_id": 1, "qa_id": 986768, "answer": "Green.", "q_objects": []}]}]""")
        .With("objects.json", """[{"image_id": 1, "objects": [{"synsets": ["tree.n.01"], "h": 557, "object_id": 1058549, "merged_object_ids": [], "names": ["trees", "wood"], "w": 799, "y": 0, "x": 0}], "image_url": "https://x/1.jpg"}]""")
        .With("relationships.json", """[{"relationships": [{"predicate": "ON", "object": {"h": 290, "object_id": 1058534, "name": "sidewalk", "w": 722, "y": 308, "x": 78}, "relationship_id": 15927, "synsets": [], "subject": {"names": ["shade"], "h": 192, "w": 274, "y": 338, "x": 119}}], "image_id": 1}]""");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_files_of_a_picture_come_together()
    {
        using var dataset = await _folder.OpenAsync();
        Assert.Equal("Visual Genome", dataset.Format);
        var example = (await DatasetFolder.ReadAsync(dataset)).Single(e => e.Id == "1");
        Assert.Equal([new Region("the clock is green in colour", new Box(-3, 57, 82, 139))], example.Regions);
        Assert.Equal(("What color is the clock?", "Green."), (example.Questions[0].Text, example.Questions[0].MostCommonAnswer));
        Assert.Equal([new ObjectBox("trees", new Box(0, 0, 799, 557))], example.Objects);
        Assert.Equal([new Relationship("shade", "ON", "sidewalk")], example.Relationships);
        Assert.Equal("800", example.Metadata["width"]);
    }
}
