using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Rating;
using MultiModalMesh.Evaluation.Statistics;
using MultiModalMesh.TestProcesses;

namespace MultiModalMesh.Evaluation.Tests.Rating;

/// <summary>Preferences of people.</summary>
public sealed class RatingTests
{
    [Fact]
    public void Two_systems_strengths_are_as_their_wins()
    {
        // 29 to 9, with the half win that each gets: 29.5 to 9.5.
        var points = BradleyTerry.Fit(["x", "y"], [.. Many(29, "x", "y", Preference.A), .. Many(9, "x", "y", Preference.B)]);
        Assert.Equal(400 * Math.Log10(29.5 / 9.5), points[0] - points[1], 1e-6);
        Assert.Equal(0, points.Sum(), 1e-9);
    }

    [Fact]
    public void Three_systems_get_back_the_strengths_that_their_wins_come_from()
    {
        // Odds 4:2:1, so many ratings that the added ties weigh nothing.
        PairRating[] ratings =
        [
            .. Many(4000, "x", "y", Preference.A), .. Many(2000, "x", "y", Preference.B),
            .. Many(4000, "z", "y", Preference.B), .. Many(2000, "z", "y", Preference.A),
            .. Many(4800, "x", "z", Preference.A), .. Many(1200, "x", "z", Preference.B),
        ];
        var points = BradleyTerry.Fit(["x", "y", "z"], ratings);
        Assert.Equal(400 * Math.Log10(2), points[0] - points[1], 0.2);
        Assert.Equal(400 * Math.Log10(2), points[1] - points[2], 0.2);
    }

    // Krippendorff 2011, "Computing Krippendorff's alpha-reliability", part C: nominal, four observers, missing data; alpha = 0.743.
    [Fact]
    public void Alpha_has_the_value_of_the_papers_example()
    {
        string[] observers =
        [
            "1 2 3 3 2 1 4 1 2 . . .",
            "1 2 3 3 2 2 4 1 2 5 . 3",
            ". 3 3 3 2 3 4 2 2 5 1 .",
            "1 2 3 3 2 4 4 1 2 5 1 .",
        ];
        var units = Enumerable.Range(0, 12).Select(unit => observers.Select(row => row.Split(' ')[unit]).Where(value => value != ".").ToArray());
        Assert.Equal(0.743, KrippendorffAlpha.Nominal(units)!.Value, 0.0005);
    }

    [Fact]
    public void Raters_who_always_agree_have_alpha_one_and_one_rater_has_none()
    {
        Assert.Equal(1, KrippendorffAlpha.Nominal([["A", "A"], ["B", "B", "B"], ["A"]]));
        Assert.Null(KrippendorffAlpha.Nominal([["A"], ["B"]]));
    }

    [Fact]
    public void A_later_rating_replaces_an_earlier_one_and_swapped_runs_are_the_same_pair()
    {
        PairRating[] ratings = [Rate("ann", "1", "x", "y", Preference.B), Rate("ann", "1", "y", "x", Preference.B), Rate("bob", "1", "y", "x", Preference.B)];

        var report = RatingReport.Create(ratings, new Resampling(50));

        Assert.Equal(2, report.Ratings);
        Assert.Equal(new PairOutcome("x", "y", 2, 0, 0), Assert.Single(report.Pairs));
        Assert.Equal("x", report.BradleyTerry[0].Name);
        Assert.Equal("x", report.Elo[0].Name);
    }

    [Fact]
    public void Each_rater_has_an_order_and_sides_that_stay()
    {
        var pairs = new BlindedPairs([.. Enumerable.Range(0, 200).Select(i => new AnswerPair($"{i}", null, "a", "b", null))], seed: 4);

        var ann = pairs.For("ann");

        Assert.Equal(ann, pairs.For("ann"));
        Assert.NotEqual(ann.Select(pair => pair.Pair.Item), pairs.For("bob").Select(pair => pair.Pair.Item));
        Assert.InRange(ann.Count(pair => pair.Left == Preference.A), 70, 130);
        Assert.All(ann, pair => Assert.Equal(pair.LeftAnswer == "a" ? Preference.A : Preference.B, pair.Unblind(left: true)));
    }

    [Fact]
    public void Ratings_survive_a_torn_last_line_and_a_wrong_line_is_named()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "ratings.jsonl");
        using (var file = RatingFile.Open(path))
        {
            file.Add(Rate("ann", "1", "x", "y", Preference.Tie));
        }

        File.AppendAllText(path, "{\"rater\":\"an");
        using (var file = RatingFile.Open(path))
        {
            file.Add(Rate("ann", "2", "x", "y", Preference.A));
            Assert.Equal(["1", "2"], file.Ratings.Select(rating => rating.Item));
        }

        Assert.Equal([Preference.Tie, Preference.A], RatingFile.Read(path).Select(rating => rating.Choice));
        File.AppendAllText(path, "{\"rater\":\"ann\",\"item\":\"3\",\"a\":\"x\",\"b\":\"y\",\"choice\":\"best\"}\n");
        var failure = Assert.Throws<MeshException>(() => RatingFile.Read(path));
        Assert.Equal(ErrorReason.EvaluationFileInvalid, failure.Reason);
        Assert.Contains("line 3", failure.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<PairRating> Many(int count, string a, string b, Preference choice) => Enumerable.Range(0, count).Select(i => Rate("r", $"{i}", a, b, choice));

    private static PairRating Rate(string rater, string item, string a, string b, Preference choice) => new(rater, item, a, b, choice, Preference.A, DateTimeOffset.UnixEpoch);
}
