using MultiModalMesh.Data.Drawings;
using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Drawings;

public sealed class AtlasTests
{
    private const int Size = 32;
    private static readonly Kind[] Kinds = [.. ArtFile.ReadKinds().Take(3)];
    private static readonly Lazy<Atlas> Small = new(() => Atlas.Rasterize(Kinds, Size));

    [Fact]
    public void What_was_written_is_read_back()
    {
        using var file = new TemporaryFile();
        Small.Value.Write(file.Path, "art");
        var read = Atlas.TryRead(file.Path, "art", Size, Kinds.Length);
        Assert.NotNull(read);
        foreach (var style in Styles.All)
        {
            var expected = Small.Value.Styles[style].SelectMany(d => d).SelectMany(d => d.Bitmap.Pixels.Concat(d.Metrics.Pixels));
            Assert.Equal(expected, read.Styles[style].SelectMany(d => d).SelectMany(d => d.Bitmap.Pixels.Concat(d.Metrics.Pixels)));
        }
    }

    [Theory]
    [InlineData(0.99)]
    [InlineData(0.5)]
    [InlineData(0.0)]
    public void File_cut_short_is_not_used(double share)
    {
        using var file = new TemporaryFile();
        Small.Value.Write(file.Path, "art");
        using (var stream = File.OpenWrite(file.Path))
        {
            stream.SetLength((long)(stream.Length * share));
        }

        Assert.Null(Atlas.TryRead(file.Path, "art", Size, Kinds.Length));
    }

    [Fact]
    public void File_made_from_other_art_or_at_another_size_is_not_used()
    {
        using var file = new TemporaryFile();
        Assert.Null(Atlas.TryRead(file.Path, "art", Size, Kinds.Length));
        Small.Value.Write(file.Path, "art");
        Assert.Null(Atlas.TryRead(file.Path, "other art", Size, Kinds.Length));
        Assert.Null(Atlas.TryRead(file.Path, "art", 2 * Size, Kinds.Length));
    }
}
