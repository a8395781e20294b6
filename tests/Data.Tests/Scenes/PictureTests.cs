using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Scenes;

public sealed class PictureTests
{
    private const int Size = 96;
    private const int Grid = 8;

    [Fact]
    public void Pixels_outside_every_box_have_the_named_background_colour()
    {
        var source = World.Source(Split.Test);
        for (var index = 0; index < 150; index++)
        {
            var sample = source.Create(index);
            var (named, checkedPixels) = (0, 0);
            for (var y = 0; y < Size; y++)
            {
                for (var x = 0; x < Size; x++)
                {
                    if (sample.Scene.Objects.All(o => !Touches(o, x, y, margin: 3)))
                    {
                        var i = (y * Size + x) * 3;
                        checkedPixels++;
                        named += Colours.Nearest(new Rgb(sample.Pixels[i], sample.Pixels[i + 1], sample.Pixels[i + 2])) == sample.Scene.Background ? 1 : 0;
                    }
                }
            }

            Assert.Equal(checkedPixels, named);
        }
    }

    [Fact]
    public void Patches_labelled_with_the_object_lie_at_its_box()
    {
        var source = World.Source(Split.Test);
        for (var index = 0; index < 150; index++)
        {
            var sample = source.CreateSingleObject(index);
            var o = sample.Scene.Objects[0];
            var labelled = Enumerable.Range(0, Grid * Grid).Where(p => sample.PatchLabels[p] == o.Kind).ToArray();
            Assert.NotEmpty(labelled);
            Assert.All(labelled, p => Assert.True(Touches(o, (p % Grid + 0.5f) * Size / Grid, (p / Grid + 0.5f) * Size / Grid, Size / Grid)));
        }
    }

    [Fact]
    public void Patch_labels_are_kinds_of_the_scene_or_its_background()
    {
        var source = World.Source(Split.Train);
        for (var index = 0; index < 300; index++)
        {
            var sample = source.Create(index);
            Assert.Equal(Grid * Grid, sample.PatchLabels.Length);
            var background = (short)(World.Art.Kinds.Count + sample.Scene.Background);
            var allowed = sample.Scene.Objects.Select(o => (short)o.Kind).Append(background).ToHashSet();
            Assert.Superset(sample.PatchLabels.ToHashSet(), allowed);
            Assert.Contains(background, sample.PatchLabels);
        }
    }

    [Fact]
    public void Almost_every_object_owns_a_patch()
    {
        var source = World.Source(Split.Train);
        var (owned, total) = (0, 0);
        for (var index = 0; index < 300; index++)
        {
            var sample = source.Create(index);
            var kinds = sample.Scene.Objects.Select(o => o.Kind).Distinct().ToArray();
            total += kinds.Length;
            owned += kinds.Count(kind => sample.PatchLabels.Contains((short)kind));
        }

        Assert.InRange(owned / (double)total, 0.97, 1);
    }

    [Fact]
    public void Objects_stand_out_from_every_background()
    {
        // A black spoon on black gets an outline: inside each box some pixel differs clearly from the background.
        var source = World.Source(Split.Test);
        for (var index = 0; index < 400; index++)
        {
            var sample = source.CreateSingleObject(index);
            var o = sample.Scene.Objects[0];
            var contrast = 0f;
            var corner = new Rgb(sample.Pixels[0], sample.Pixels[1], sample.Pixels[2]);
            for (var y = 0; y < Size; y++)
            {
                for (var x = 0; x < Size; x++)
                {
                    if (Touches(o, x, y, margin: 0))
                    {
                        var i = (y * Size + x) * 3;
                        contrast = Math.Max(contrast, corner.DistanceTo(new Rgb(sample.Pixels[i], sample.Pixels[i + 1], sample.Pixels[i + 2])));
                    }
                }
            }

            Assert.InRange(contrast, 70, 500);
        }
    }

    [Fact]
    public void Large_rendering_shows_the_same_picture()
    {
        var source = World.Source(Split.Test);
        for (var index = 0; index < 5; index++)
        {
            var small = source.Create(index).Pixels;
            var large = source.RenderLarge(index, 2 * Size);
            double difference = 0;
            for (var i = 0; i < small.Length; i++)
            {
                int x = i / 3 % Size, y = i / 3 / Size, at = (y * 2 * 2 * Size + x * 2) * 3 + i % 3, below = at + 2 * Size * 3;
                difference += Math.Abs(small[i] - (large[at] + large[at + 3] + large[below] + large[below + 3]) / 4.0);
            }

            Assert.InRange(difference / small.Length, 0, 6);
        }
    }

    private static bool Touches(SceneObject o, float x, float y, float margin) =>
        Math.Abs(x + 0.5f - o.CenterX * Size) <= o.Width * Size / 2 + margin && Math.Abs(y + 0.5f - o.CenterY * Size) <= o.Height * Size / 2 + margin;
}
