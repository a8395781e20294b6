using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Scenes;

public sealed class ObjectLayerTests
{
    private const int Size = 192;

    [Fact]
    public void Visible_pixels_fill_the_box_that_the_scene_states()
    {
        var composer = new SceneComposer(World.Art, StyleSet.Trained, augment: true);
        for (ulong seed = 0; seed < 150; seed++)
        {
            foreach (var placement in composer.Compose(seed).Placements)
            {
                var layer = ObjectLayer.Draw(placement, Size, ObjectVariation.None, new RandomStream(1));
                var visible = Enumerable.Range(0, layer.Width * layer.Height).Where(i => layer.Pixels[i * 4 + 3] > 0.1f).ToArray();
                var o = placement.Object;
                const double Tolerance = 3; // pixels: art of 64 pixels is magnified, and its edges are soft
                Assert.Equal((o.CenterX - o.Width / 2) * Size, layer.Left + visible.Min(i => i % layer.Width), Tolerance);
                Assert.Equal((o.CenterX + o.Width / 2) * Size, layer.Left + visible.Max(i => i % layer.Width) + 1, Tolerance);
                Assert.Equal((o.CenterY - o.Height / 2) * Size, layer.Top + visible.Min(i => i / layer.Width), Tolerance);
                Assert.Equal((o.CenterY + o.Height / 2) * Size, layer.Top + visible.Max(i => i / layer.Width) + 1, Tolerance);
            }
        }
    }

    [Fact]
    public void Outline_surrounds_the_object_and_leaves_its_inside_alone()
    {
        var placement = new SceneComposer(World.Art, StyleSet.Trained, augment: false).Compose(5, objects: 1).Placements[0];
        var plain = ObjectLayer.Draw(placement, 96, ObjectVariation.None, new RandomStream(1));
        var outlined = ObjectLayer.Draw(placement, 96, ObjectVariation.None, new RandomStream(1));
        outlined.AddOutline(96, 0, 1);
        var grown = 0;
        for (var i = 0; i < plain.Pixels.Length; i += 4)
        {
            if (plain.Pixels[i + 3] > 0.995f)
            {
                Assert.Equal(plain.Pixels.AsSpan(i, 4), outlined.Pixels.AsSpan(i, 4));
            }

            grown += plain.Pixels[i + 3] < 0.05f && outlined.Pixels[i + 3] > 0.5f ? 1 : 0;
        }

        Assert.True(grown > 20, $"The outline has {grown} pixels.");
    }
}
