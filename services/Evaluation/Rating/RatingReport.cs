using System.Globalization;
using System.Text;
using MultiModalMesh.Evaluation.Reports;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Rating;

/// <summary>How two systems fared against each other.</summary>
public sealed record PairOutcome(string A, string B, int WinsA, int WinsB, int Ties);

/// <summary>What people preferred.</summary>
/// <param name="Ratings">That count: the last one of a rater, an item and a pair.</param>
/// <param name="Items">Different ones.</param>
/// <param name="Raters">Different ones.</param>
/// <param name="BradleyTerry">Points by system, best first, their mean 0; 400 points are odds of ten to one.</param>
/// <param name="Elo">The same as Elo points.</param>
/// <param name="Pairs">Counts.</param>
/// <param name="Alpha">Krippendorff's alpha, nominal; null where no item was judged by two.</param>
/// <param name="LeftShare">Of the ratings that are no ties, those that chose the left side; far from a half tells of raters who do not look.</param>
/// <param name="Notes">What a reader must know.</param>
public sealed record RatingReport(
    int Ratings,
    int Items,
    int Raters,
    IReadOnlyList<Estimate> BradleyTerry,
    IReadOnlyList<Estimate> Elo,
    IReadOnlyList<PairOutcome> Pairs,
    double? Alpha,
    double? LeftShare,
    IReadOnlyList<string> Notes)
{
    /// <summary>Items are resampled, with all ratings of each: people who judge the same answers do not count as independent.</summary>
    public static RatingReport Create(IEnumerable<PairRating> all, Resampling resampling)
    {
        PairRating[] ratings = [.. all.Select(rating => rating.Ordered()).GroupBy(rating => (rating.Rater, rating.Item, rating.A, rating.B)).Select(group => group.Last())];
        string[] systems = [.. ratings.SelectMany(rating => (string[])[rating.A, rating.B]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        PairRating[][] byItem = [.. ratings.GroupBy(rating => rating.Item, StringComparer.Ordinal).Select(group => group.ToArray())];
        var decided = ratings.Where(rating => rating.Choice != Preference.Tie).ToArray();
        return new RatingReport(
            ratings.Length,
            byItem.Length,
            ratings.Select(rating => rating.Rater).Distinct(StringComparer.Ordinal).Count(),
            Points(systems, byItem, chosen => Rating.BradleyTerry.Fit(systems, chosen), resampling),
            [.. Rating.Elo.Fit(systems, ratings, resampling.Seed).Select((points, i) => new Estimate(systems[i], points, null, null)).OrderByDescending(points => points.Value)],
            [.. ratings.GroupBy(rating => (rating.A, rating.B)).Select(pair => new PairOutcome(
                pair.Key.A, pair.Key.B, pair.Count(r => r.Choice == Preference.A), pair.Count(r => r.Choice == Preference.B), pair.Count(r => r.Choice == Preference.Tie)))],
            KrippendorffAlpha.Nominal(ratings.GroupBy(rating => (rating.Item, rating.A, rating.B)).Select(unit => unit.Select(rating => rating.Choice.ToString()).ToArray())),
            decided.Length == 0 ? null : decided.Count(rating => rating.Choice == rating.Left) / (double)decided.Length,
            [
                "Bradley-Terry: a tie is half a win for each; one tie is added to each compared pair.",
                $"Intervals: {resampling.Confidence:P0} percentile bootstrap over items, {resampling.Rounds} rounds, seed {resampling.Seed}.",
                "Elo: K 16, mean over 100 shuffled orders.",
                "Alpha: Krippendorff's, nominal (A, B or tie), of items that two or more people judged.",
            ]);
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder("# Human rating\n\n");
        text.Append(null, $"{Ratings} ratings of {Items} items by {Raters} raters. ");
        text.Append(null, $"Agreement (Krippendorff's alpha): {ReportTable.Figure(Alpha)}. Left side chosen: {ReportTable.Figure(LeftShare)}.\n\n");
        MarkdownReport.Write(text, new ReportTable(
            "", ["System", "Bradley-Terry", "Interval", "Elo"],
            [.. BradleyTerry.Select(system => (string[])
                [system.Name, Points(system.Value), $"[{Points(system.Low)}, {Points(system.High)}]", Points(Elo.Single(elo => elo.Name == system.Name).Value)])]));
        MarkdownReport.Write(text, new ReportTable(
            "", ["A", "B", "A better", "B better", "Tie"], [.. Pairs.Select(pair => (string[])[pair.A, pair.B, Count(pair.WinsA), Count(pair.WinsB), Count(pair.Ties)])]));
        foreach (var note in Notes)
        {
            text.Append(null, $"- {note}\n");
        }

        return text.ToString();

        static string Points(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-";

        static string Count(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private static Estimate[] Points(string[] systems, PairRating[][] byItem, Func<IEnumerable<PairRating>, double[]> fit, Resampling resampling)
    {
        var random = new Random(resampling.Seed);
        var items = Enumerable.Range(0, byItem.Length).ToArray();
        var chosen = new int[items.Length];
        var drawn = systems.Select(_ => new double[resampling.Rounds]).ToArray();
        for (var round = 0; round < (items.Length == 0 ? 0 : resampling.Rounds); round++)
        {
            Bootstrap.Draw(random, items, chosen);
            var points = fit(chosen.SelectMany(item => byItem[item]));
            for (var i = 0; i < systems.Length; i++)
            {
                drawn[i][round] = points[i];
            }
        }

        var all = fit(byItem.SelectMany(item => item));
        return [.. systems.Select((system, i) => Bootstrap.Estimate(system, all[i], drawn[i], resampling.Confidence)).OrderByDescending(estimate => estimate.Value)];
    }
}
