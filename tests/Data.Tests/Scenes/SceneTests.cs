using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Scenes;

public sealed class SceneTests
{
    private static IEnumerable<Scene> Scenes(Split split = Split.Train, int count = 1500)
    {
        var source = World.Source(split);
        return Enumerable.Range(0, count).Select(i => source.CreateScene(i));
    }

    [Fact]
    public void Boxes_are_inside_the_picture_and_do_not_overlap()
    {
        foreach (var scene in Scenes())
        {
            for (var i = 0; i < scene.Objects.Count; i++)
            {
                var a = scene.Objects[i];
                Assert.InRange(a.CenterX - a.Width / 2, 0, 1);
                Assert.InRange(a.CenterX + a.Width / 2, 0, 1);
                Assert.InRange(a.CenterY - a.Height / 2, 0, 1);
                Assert.InRange(a.CenterY + a.Height / 2, 0, 1);
                foreach (var b in scene.Objects.Skip(i + 1))
                {
                    Assert.True(
                        Math.Abs(a.CenterX - b.CenterX) >= (a.Width + b.Width) / 2 || Math.Abs(a.CenterY - b.CenterY) >= (a.Height + b.Height) / 2,
                        $"Objects overlap in scene {scene.Seed}.");
                }
            }
        }
    }

    [Fact]
    public void Long_sides_are_within_the_promised_sizes() =>
        Assert.All(Scenes().SelectMany(s => s.Objects), o => Assert.InRange(Math.Max(o.Width, o.Height), 0.259f, 0.751f));

    [Fact]
    public void Left_to_right_order_is_always_visible()
    {
        foreach (var scene in Scenes())
        {
            var columns = scene.Objects.Select(o => o.CenterX).Order().ToArray();
            Assert.All(columns.Zip(columns.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 0.0299f));
        }
    }

    [Fact]
    public void Object_counts_and_repeats_are_all_frequent()
    {
        var scenes = Scenes().ToArray();
        for (var count = 1; count <= 4; count++)
        {
            Assert.InRange(scenes.Count(s => s.Objects.Count == count) / (double)scenes.Length, 0.12, 0.36);
        }

        var several = scenes.Where(s => s.Objects.Count >= 2).ToArray();
        Assert.InRange(several.Count(s => s.Objects.Select(o => o.Kind).Distinct().Count() < s.Objects.Count) / (double)several.Length, 0.3, 0.5);
    }

    [Fact]
    public void Every_background_is_used_evenly()
    {
        var counts = Scenes().CountBy(s => s.Background).ToDictionary();
        Assert.Equal(Colours.Names.Count, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 80, 200));
    }
}
