using MultiModalMesh.Data.Drawings;

namespace MultiModalMesh.Data.Tests.Drawings;

public sealed class BitmapTests
{
    [Fact]
    public void Trimming_keeps_exactly_the_visible_box()
    {
        var trimmed = Filled(10, 8, (x, y) => x is >= 2 and < 7 && y is >= 3 and < 5).Trimmed();
        Assert.Equal((5, 2), (trimmed.Width, trimmed.Height));
        Assert.All(Enumerable.Range(0, 10), i => Assert.Equal(255, trimmed.Pixels[i * 4 + 3]));
    }

    [Fact]
    public void Empty_drawing_is_refused() => Assert.Throws<InvalidDataException>(() => Filled(4, 4, (_, _) => false).Trimmed());

    [Fact]
    public void Resizing_keeps_the_shape_and_the_mean()
    {
        var resized = Filled(30, 12, (x, _) => x < 15).Resized(10);
        Assert.Equal((10, 4), (resized.Width, resized.Height));
        Assert.Equal(127.5, Enumerable.Range(0, 40).Average(i => resized.Pixels[i * 4 + 3]), 1.0);
    }

    [Fact]
    public void Hull_of_a_rectangle_is_its_corners()
    {
        var hull = ConvexHull.Of(Filled(20, 10, (_, _) => true));
        Assert.Equal([(-0.5f, -0.25f), (-0.5f, 0.25f), (0.5f, -0.25f), (0.5f, 0.25f)], hull.Order());
    }

    private static Bitmap Filled(int width, int height, Func<int, int, bool> visible)
    {
        var pixels = new byte[width * height * 4];
        for (var i = 0; i < width * height; i++)
        {
            pixels.AsSpan(i * 4, 4).Fill(visible(i % width, i / width) ? (byte)255 : (byte)0);
        }

        return new Bitmap(width, height, pixels);
    }
}
