namespace MultiModalMesh.Evaluation.Rating;

/// <summary>
/// Krippendorff's alpha for nominal values with missing data (Krippendorff 2011): 1 is full agreement, 0 what chance gives. A unit that one person judged says
/// nothing and is left out.
/// </summary>
public static class KrippendorffAlpha
{
    /// <param name="units">The values that each unit was given, one a rater who judged it.</param>
    /// <returns>Null where no unit was judged twice, or nothing but one value was ever given, so that there is no chance to compare with.</returns>
    public static double? Nominal(IEnumerable<IReadOnlyList<string>> units)
    {
        var totals = new Dictionary<string, double>(StringComparer.Ordinal);
        double all = 0, disagreeing = 0;
        foreach (var unit in units.Where(unit => unit.Count > 1))
        {
            var counts = unit.CountBy(value => value, StringComparer.Ordinal).ToArray();
            all += unit.Count;
            disagreeing += counts.Sum(count => (double)count.Value * (unit.Count - count.Value)) / (unit.Count - 1);
            foreach (var (value, count) in counts)
            {
                totals[value] = totals.GetValueOrDefault(value) + count;
            }
        }

        var expected = totals.Values.Sum(total => total * (all - total)) / (all - 1);
        return all > 1 && expected > 0 ? 1 - (disagreeing / expected) : null;
    }
}
