using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Scenes;

public sealed class SampleSourceTests
{
    [Fact]
    public void Same_index_gives_the_same_sample_on_every_thread()
    {
        var first = World.Source(Split.Train);
        var second = World.Source(Split.Train);
        var expected = Enumerable.Range(0, 64).Select(i => first.Create(i)).ToArray();
        Parallel.For(0, 64, i =>
        {
            var actual = second.Create(i);
            Assert.Equal(expected[i].Pixels, actual.Pixels);
            Assert.Equal(expected[i].PatchLabels, actual.PatchLabels);
            Assert.Equal(expected[i].Turns.Select(t => (t.Question, t.Answer)), actual.Turns.Select(t => (t.Question, t.Answer)));
            Assert.Equal(expected[i].RetrievalSentence, actual.RetrievalSentence);
        });
    }

    [Fact]
    public void Different_indices_give_different_pictures()
    {
        var source = World.Source(Split.Test);
        var pictures = Enumerable.Range(0, 200).Select(i => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(source.Create(i).Pixels)));
        Assert.Equal(200, pictures.Distinct().Count());
    }

    [Fact]
    public void Seeds_of_splits_and_purposes_never_meet()
    {
        var seeds = new HashSet<ulong>();
        foreach (var split in Enum.GetValues<Split>())
        {
            var source = World.Source(split);
            foreach (var index in new[] { 0, 1, 12345, SampleSource.MaximumIndex - 1 })
            {
                Assert.True(seeds.Add(source.Create(index).Scene.Seed));
                Assert.True(seeds.Add(source.CreateSingleObject(index).Scene.Seed));
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(SampleSource.MaximumIndex)]
    public void Index_outside_the_reserved_range_is_refused(long index) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => World.Source(Split.Train).Create(index));

    [Fact]
    public void Held_out_style_is_refused_for_training() =>
        Assert.Throws<ArgumentException>(() => World.Source(Split.Train, StyleSet.HeldOut));

    [Theory]
    [InlineData(Split.Train)]
    [InlineData(Split.Validation)]
    [InlineData(Split.Test)]
    public void Trained_styles_never_show_held_out_art(Split split)
    {
        var source = World.Source(split);
        var seen = Enumerable.Range(0, 400).SelectMany(i => source.CreateScene(i).Objects).Select(o => o.Style).Distinct();
        Assert.Equal(Styles.Trained.Order(), seen.Order());
    }

    [Fact]
    public void Held_out_samples_show_held_out_art_only()
    {
        var source = World.Source(Split.Test, StyleSet.HeldOut);
        Assert.All(Enumerable.Range(0, 100).SelectMany(i => source.CreateScene(i).Objects), o => Assert.Contains(o.Style, Styles.HeldOut));
    }

    [Fact]
    public void Single_object_samples_have_one_object_and_cover_the_kinds()
    {
        var source = World.Source(Split.Test);
        var scenes = Enumerable.Range(0, 1500).Select(i => source.CreateSingleObject(i).Scene).ToArray();
        Assert.All(scenes, s => Assert.Single(s.Objects));
        Assert.InRange(scenes.Select(s => s.Objects[0].Kind).Distinct().Count(), World.Art.Kinds.Count - 4, World.Art.Kinds.Count);
    }

    [Fact]
    public void Text_without_drawing_equals_text_with_drawing()
    {
        var source = World.Source(Split.Train);
        for (var i = 0; i < 50; i++)
        {
            var sample = source.Create(i);
            var (turns, sentence) = source.CreateText(i);
            Assert.Equal(sample.RetrievalSentence, sentence);
            Assert.Equal(sample.Turns.Select(t => t.Question + t.Answer), turns.Select(t => t.Question + t.Answer));
        }
    }

    [Fact]
    public void Scene_and_text_do_not_depend_on_the_picture_size()
    {
        var small = World.Source(Split.Test);
        var large = new SampleSource(World.Art, Split.Test, imageSize: 240, patchGrid: 6);
        for (var i = 0; i < 20; i++)
        {
            var (a, b) = (small.Create(i), large.Create(i));
            Assert.Equal(a.Scene.Objects, b.Scene.Objects);
            Assert.Equal(a.Turns.Select(t => t.Question + t.Answer), b.Turns.Select(t => t.Question + t.Answer));
            Assert.Equal(240 * 240 * 3, b.Pixels.Length);
            Assert.Equal(36, b.PatchLabels.Length);
        }
    }

    [Fact]
    public void Corpus_is_the_text_of_the_samples()
    {
        var source = World.Source(Split.Train);
        var corpus = SceneText.Corpus(source, 30).ToHashSet();
        foreach (var turn in Enumerable.Range(0, 30).SelectMany(i => source.CreateText(i).Turns))
        {
            Assert.Contains(turn.Question, corpus);
            Assert.Contains(turn.Answer, corpus);
        }

        Assert.Contains("Please show me a picture first.", corpus);
    }
}
