using MultiModalMesh.Evaluation.Ranking;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Tests.Ranking;

/// <summary>Ranks by hand, on the unit circle.</summary>
public sealed class RankingTests
{
    [Fact]
    public void Several_captions_of_a_picture_are_counted_as_the_captioning_sets_do()
    {
        // By angle: picture 0 at 0, its captions at 5 and 50; picture 1 at 60, its captions at 62 and 20.
        var metrics = RetrievalScore.Score([new(At(0), [At(5), At(50)]), new(At(60), [At(62), At(20)])]);

        Assert.Equal(0.5, Value(metrics, "text to picture R@1"), 1e-12);
        Assert.Equal(1, Value(metrics, "text to picture R@5"), 1e-12);
        Assert.Equal(1.5, Value(metrics, "text to picture median rank"), 1e-12);
        Assert.Equal(0.75, Value(metrics, "text to picture mAP"), 1e-12);

        // Each picture's nearest caption is its own; its other one comes third.
        Assert.Equal(1, Value(metrics, "picture to text R@1"), 1e-12);
        Assert.Equal((1 + (2.0 / 3)) / 2, Value(metrics, "picture to text mAP"), 1e-12);
    }

    [Fact]
    public void A_model_that_says_the_same_to_everything_finds_nothing()
    {
        var same = RetrievalScore.Score([.. Enumerable.Range(0, 20).Select(_ => new EmbeddedPicture(At(0), [At(0)]))]);
        Assert.Equal(0, Value(same, "text to picture R@10"));
        Assert.Equal(0, Value(same, "picture to text R@10"));
        Assert.Equal(0, ClassificationScore.Score([new ClassifiedPicture(At(0), 1)], [At(0), At(0)])[0].Value);
    }

    [Fact]
    public void A_picture_that_could_not_be_embedded_is_found_by_nobody()
    {
        var metrics = RetrievalScore.Score([new([], [At(0)]), new(At(0), [At(1)])]);
        Assert.Equal(0.5, Value(metrics, "text to picture R@1"));
    }

    [Fact]
    public void Classes_are_ranked_by_cosine()
    {
        float[][] classes = [At(0), At(20), At(40), At(60), At(80), At(100)];
        var metrics = ClassificationScore.Score([new(At(1), 0), new(At(1), 4), new(At(1), 5)], classes);
        Assert.Equal([1.0 / 3, 2.0 / 3], metrics.Select(metric => metric.Value));
    }

    [Fact]
    public void ClipScore_and_its_form_with_references_follow_the_paper()
    {
        var metrics = ClipScore.Score([new(At(0), At(60), [At(150), At(0)]), new(At(0), At(120), [At(120)])]);

        // 2.5 x 0.5; the harmonic mean with 0.5 of the better reference. An angle over 90 degrees counts 0.
        Assert.Equal(1.25, metrics[0].Of([0]), 1e-6);
        Assert.Equal(2 * 1.25 * 0.5 / 1.75, metrics[1].Of([0]), 1e-6);
        Assert.Equal(0, metrics[0].Of([1]));
    }

    private static double Value(IEnumerable<Metric> metrics, string name) => metrics.Single(metric => metric.Name == name).Value;

    private static float[] At(double degrees) => [(float)Math.Cos(degrees * Math.PI / 180), (float)Math.Sin(degrees * Math.PI / 180)];
}
