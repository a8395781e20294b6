using MultiModalMesh.Trainer.Classification;

namespace MultiModalMesh.Trainer.Tests.Classification;

public sealed class LinearProbeTests
{
    [Fact]
    public void Classes_apart_along_one_direction_are_told_apart()
    {
        var random = new Random(5);
        var (train, test) = (Points(200), Points(100));
        var probe = LinearProbe.Fit([.. train.Select(p => p.Values)], [.. train.Select(p => p.Class)], 3);
        Assert.InRange(test.Count(p => probe.Classify(p.Values) == p.Class), 95, 100);

        (float[] Values, int Class)[] Points(int count) =>
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                var values = Enumerable.Range(0, 8).Select(_ => random.NextSingle()).ToArray();
                values[3] += 2 * (i % 3);
                return (values, i % 3);
            }),
        ];
    }

    [Fact]
    public void Confusion_says_what_a_class_is_taken_for()
    {
        var confusion = new Confusion(["cat", "dog"]);
        confusion.Add(0, 0);
        confusion.Add(0, 1);
        confusion.Add(1, 1);
        Assert.Equal("accuracy 66.7 % (2 of 3)\n  cat: 1 of 2; taken for 1 dog\n  dog: 1 of 1\n", confusion.ToText().ReplaceLineEndings("\n"));
        Assert.Contains("\"confusion\"", confusion.ToJson("zero-shot", "picto@0.1.1"), StringComparison.Ordinal);
    }
}
