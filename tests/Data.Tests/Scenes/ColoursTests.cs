using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Scenes;

public sealed class ColoursTests
{
    [Fact]
    public void Every_shade_is_nearest_to_its_own_name()
    {
        var random = new RandomStream(7);
        for (var colour = 0; colour < Colours.Names.Count; colour++)
        {
            for (var i = 0; i < 500; i++)
            {
                var (first, second) = Colours.Shades(colour, random);
                Assert.Equal(colour, Colours.Nearest(first));
                Assert.Equal(colour, Colours.Nearest(second));
            }
        }
    }

    [Fact]
    public void Shades_of_different_names_keep_their_distance()
    {
        var random = new RandomStream(8);
        var shades = Enumerable.Range(0, Colours.Names.Count).Select(colour => Enumerable.Range(0, 150).Select(_ => Colours.Shades(colour, random).First).ToArray()).ToArray();
        for (var a = 0; a < shades.Length; a++)
        {
            for (var b = a + 1; b < shades.Length; b++)
            {
                Assert.True(shades[a].Min(x => shades[b].Min(y => x.DistanceTo(y))) > 25, $"{Colours.Names[a]} and {Colours.Names[b]} come too close.");
            }
        }
    }
}
