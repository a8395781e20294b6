using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Scenes;

public sealed class ClutterTests
{
    private const int Size = 96;

    [Fact]
    public void Some_pictures_have_shapes_behind_their_objects_and_none_loses_its_background_to_them()
    {
        var covered = Enumerable.Range(0, 400).Select(seed => Covered(RandomStream.For((ulong)seed, 1))).ToArray();
        Assert.InRange(covered.Count(c => c > 0), 40, 160);
        Assert.All(covered, c => Assert.InRange(c, 0, 0.33));
    }

    private static double Covered(RandomStream random)
    {
        const float ground = -1;
        var pixels = new float[Size * Size * 3];
        Array.Fill(pixels, ground);
        Clutter.Paint(pixels, Size, random);
        return Enumerable.Range(0, Size * Size).Count(i => pixels[i * 3] != ground) / (double)(Size * Size);
    }
}
