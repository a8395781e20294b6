using System.Text.Json;
using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Scenes;

/// <summary>The web console's sample pictures are drawn from these test samples; a change of the generator would make them strangers.</summary>
public sealed class ConsoleSamplesTests
{
    private static readonly long[] Indices = [2407158, 12, 13, 31, 49, 15579953, 23, 58];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Samples");

    private static (string File, string Title)[] Samples =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "samples.json"))).RootElement.EnumerateArray()
            .Select(s => (s.GetProperty("file").GetString()!, s.GetProperty("title").GetString()!))];

    [Fact]
    public void Titles_say_what_the_scenes_hold()
    {
        Assert.Equal(Indices.Length, Samples.Length);
        foreach (var (index, (_, title)) in Indices.Zip(Samples))
        {
            foreach (var group in World.Source(Split.Test).CreateScene(index).Objects.GroupBy(o => World.KindOf(o)))
            {
                Assert.Contains(group.Count() == 1 ? group.Key.Singular : $"Two {group.Key.Plural}", title, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Every_listed_picture_is_there_as_webp()
    {
        foreach (var (file, _) in Samples)
        {
            var bytes = File.ReadAllBytes(Path.Combine(Folder, file));
            Assert.Equal("RIFF"u8, bytes.AsSpan(0, 4));
            Assert.Equal("WEBP"u8, bytes.AsSpan(8, 4));
        }
    }

    [Fact]
    public void No_sample_shows_share_alike_art() =>
        Assert.All(Indices.SelectMany(i => World.Source(Split.Test).CreateScene(i).Objects), o => Assert.NotEqual("openmoji", o.Style));

    [Fact]
    public void First_sample_has_two_cups_and_a_dog_with_something_to_its_left()
    {
        var scene = World.Source(Split.Test).CreateScene(Indices[0]);
        var dog = Assert.Single(scene.Objects, o => World.KindOf(o).Singular == "dog");
        Assert.Equal(2, scene.Objects.Count(o => World.KindOf(o).Singular == "cup"));
        Assert.Contains(scene.Objects, o => dog.CenterX - o.CenterX > 0.1 && dog.CenterX - o.CenterX > Math.Abs(dog.CenterY - o.CenterY));
    }
}
