using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Scenes;

public sealed class ArtLibraryTests
{
    [Fact]
    public void Two_hundred_kinds_with_distinct_names()
    {
        var kinds = World.Art.Kinds;
        Assert.True(kinds.Count >= 200, $"{kinds.Count} kinds.");
        Assert.Equal(kinds.Count, kinds.Select(k => k.Singular).Distinct().Count());
        Assert.Equal(kinds.Count, kinds.Select(k => k.Plural).Distinct().Count());
        Assert.Equal(Enumerable.Range(0, kinds.Count), kinds.Select(k => k.Id));
        Assert.All(kinds, k => Assert.Matches("^[a-z]+( [a-z]+)?$", k.Singular));
    }

    [Theory]
    [InlineData("dog"), InlineData("cat"), InlineData("cup"), InlineData("tree"), InlineData("car"), InlineData("apple"), InlineData("banana"), InlineData("book")]
    [InlineData("chair"), InlineData("bus"), InlineData("bird"), InlineData("fish"), InlineData("house"), InlineData("umbrella"), InlineData("key"), InlineData("clock")]
    public void Knows_the_everyday_kind(string singular) => Assert.Contains(World.Art.Kinds, k => k.Singular == singular);

    [Theory]
    [InlineData("noto"), InlineData("twemoji"), InlineData("fluent-flat"), InlineData("fluent"), InlineData("openmoji"), InlineData("emojione")]
    public void Complete_style_draws_every_kind(string style) => Assert.All(World.Art.Kinds, k => Assert.True(World.Art.Has(style, k.Id), $"{style} has no {k.Singular}."));

    [Fact]
    public void Partial_style_draws_more_than_half_of_the_kinds() => Assert.True(World.Art.Kinds.Count(k => World.Art.Has("streamline", k.Id)) > World.Art.Kinds.Count / 2);

    [Fact]
    public void Held_out_style_is_not_a_trained_one() => Assert.Empty(Styles.Trained.Intersect(Styles.HeldOut));

    [Theory]
    [InlineData("apple", "an"), InlineData("umbrella", "an"), InlineData("unicorn", "a"), InlineData("hourglass", "an"), InlineData("house", "a"), InlineData("ice cream", "an"), InlineData("dog", "a")]
    public void Article_follows_the_sound(string singular, string article) => Assert.Equal(article, World.Art.Kinds.Single(k => k.Singular == singular).Article);

    [Fact]
    public void Drawings_are_trimmed_to_what_is_visible()
    {
        foreach (var drawing in Styles.All.SelectMany(s => World.Art.Kinds.SelectMany(k => World.Art.Drawings(s, k.Id))))
        {
            var bitmap = drawing.Bitmap;
            Assert.Equal(64, Math.Max(bitmap.Width, bitmap.Height));
            Assert.Contains(Enumerable.Range(0, bitmap.Width), x => bitmap.Alpha(x, 0) > 0);
            Assert.Contains(Enumerable.Range(0, bitmap.Height), y => bitmap.Alpha(0, y) > 0);
        }
    }

    [Fact]
    public void Cached_art_draws_the_same_pictures()
    {
        using var file = new TemporaryFile();
        ArtLibrary.Load(file.Path);
        var cached = new SampleSource(ArtLibrary.Load(file.Path), Split.Train);
        var fresh = World.Source(Split.Train);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(fresh.Create(i).Pixels, cached.Create(i).Pixels);
        }
    }

    [Fact]
    public void Attribution_names_licence_and_source_of_every_style()
    {
        var attribution = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Art", "ATTRIBUTION.md"));
        foreach (var style in Styles.All)
        {
            var line = Assert.Single(attribution, l => l.StartsWith($"| `{style}.json.gz`", StringComparison.Ordinal));
            Assert.Matches(@"Apache-2\.0|CC-BY-4\.0|CC-BY-SA-4\.0|MIT", line);
            Assert.Contains("https://", line, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "Art", $"{style}.json.gz")));
        }
    }
}
