namespace MultiModalMesh.Data.Scenes;

/// <summary>Draws a composed scene into RGB pixels and says what each patch shows.</summary>
/// <param name="size">Side of the square picture in pixels.</param>
/// <param name="patchGrid">Patches per side of the label grid.</param>
/// <param name="kindCount">Labels below this are kinds, the ones from it on are background colours.</param>
/// <param name="augment">Vary colours, outlines, noise and blur, as training wants.</param>
/// <param name="unseenBackgrounds">Many colours instead of one with a name.</param>
internal sealed class SceneRenderer(int size, int patchGrid, int kindCount, bool augment, bool unseenBackgrounds = false)
{
    private const float PatchShare = 0.3f;

    public (byte[] Pixels, short[] PatchLabels) Render(ComposedScene composed)
    {
        var random = RandomStream.For(composed.Scene.Seed, 2);
        var canvas = new float[size * size * 3];
        var backdrop = unseenBackgrounds ? UnseenBackground.Paint(canvas, size, random) : BackgroundPainter.Paint(canvas, size, composed.Scene.Background, random);
        if (augment)
        {
            Clutter.Paint(canvas, size, random);
        }

        var patches = patchGrid * patchGrid;
        var coverage = new float[composed.Placements.Count * patches];
        for (var i = 0; i < composed.Placements.Count; i++)
        {
            var layer = ObjectLayer.Draw(composed.Placements[i], size, augment ? ObjectVariation.Draw(random) : ObjectVariation.None, random);
            if (layer.NeedsOutline(backdrop))
            {
                layer.AddOutline(size, backdrop.Luminance < 128 ? 225 : 40, 0.85f);
            }
            else if (augment && random.Chance(0.1))
            {
                layer.AddOutline(size, random.Between(0, 60), random.Between(0.5f, 1));
            }

            Blend(canvas, layer, coverage.AsSpan(i * patches, patches));
        }

        return (PixelFinish.Apply(canvas, size, augment, random), Labels(composed.Scene, coverage, patches));
    }

    private void Blend(float[] canvas, ObjectLayer layer, Span<float> coverage)
    {
        for (var y = 0; y < layer.Height; y++)
        {
            var patchRow = (layer.Top + y) * patchGrid / size * patchGrid;
            for (var x = 0; x < layer.Width; x++)
            {
                var source = (y * layer.Width + x) * 4;
                var alpha = layer.Pixels[source + 3];
                if (alpha <= 0)
                {
                    continue;
                }

                var target = ((layer.Top + y) * size + layer.Left + x) * 3;
                canvas[target] = canvas[target] * (1 - alpha) + layer.Pixels[source];
                canvas[target + 1] = canvas[target + 1] * (1 - alpha) + layer.Pixels[source + 1];
                canvas[target + 2] = canvas[target + 2] * (1 - alpha) + layer.Pixels[source + 2];
                coverage[patchRow + (layer.Left + x) * patchGrid / size] += alpha;
            }
        }
    }

    private short[] Labels(Scene scene, float[] coverage, int patches)
    {
        var labels = new short[patches];
        var threshold = PatchShare * size * size / patches;
        for (var patch = 0; patch < patches; patch++)
        {
            labels[patch] = (short)(kindCount + scene.Background);
            var most = threshold;
            for (var i = 0; i < scene.Objects.Count; i++)
            {
                if (coverage[i * patches + patch] >= most)
                {
                    most = coverage[i * patches + patch];
                    labels[patch] = (short)scene.Objects[i].Kind;
                }
            }
        }

        return labels;
    }
}
