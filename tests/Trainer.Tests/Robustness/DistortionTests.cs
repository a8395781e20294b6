using MultiModalMesh.Trainer.Robustness;
using NetVips;

namespace MultiModalMesh.Trainer.Tests.Robustness;

public sealed class DistortionTests
{
    private static readonly byte[] Picture = [.. Enumerable.Range(0, 96 * 96 * 3).Select(i => (byte)(i / 3 % 96 * 2))];

    [Fact]
    public void Every_distortion_gives_the_same_bytes_again()
    {
        foreach (var distortion in Distortion.All)
        {
            Assert.Equal(distortion.Encode(Picture, 7), distortion.Encode(Picture, 7));
        }
    }

    [Fact]
    public void Sizes_change_only_where_they_are_meant_to()
    {
        foreach (var distortion in Distortion.All)
        {
            using var image = Image.NewFromBuffer(distortion.Encode(Picture, 1));
            var expected = distortion.Name switch { "0.5 x size" => 48, "2 x size" => 192, _ => 96 };
            Assert.Equal((distortion.Name, expected, expected, 3), (distortion.Name, image.Width, image.Height, image.Bands));
        }
    }

    [Fact]
    public void Pictures_of_other_worlds_differ_by_seed_only()
    {
        foreach (var (_, draw) in OtherWorlds.All)
        {
            Assert.Equal(draw(3), draw(3));
            Assert.NotEqual(draw(3), draw(4));
        }
    }
}
