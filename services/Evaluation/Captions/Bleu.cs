using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Captions;

/// <summary>
/// Corpus BLEU-1 to BLEU-4 (Papineni et al. 2002) as COCO's caption evaluation computes it: clipped counts and lengths are summed over the set, the reference
/// length is the one closest to the candidate's, the shorter of two as close.
/// </summary>
public static class Bleu
{
    // pycocoevalcap's own: they keep a sentence without a match from dividing by zero, and show in its last decimals.
    private const double Tiny = 1e-15;
    private const double Small = 1e-9;

    public static IReadOnlyList<Metric> Score(IReadOnlyList<TokenizedCaption> captions)
    {
        var rows = captions.Select(Row).ToArray();
        return [.. Enumerable.Range(1, NGrams.Longest).Select(n => Metric.OfSums($"BLEU-{n}", rows, sums => Of(sums, n)))];
    }

    /// <summary>Matched runs by length, all runs by length, the candidate's length, the reference's.</summary>
    private static double[] Row(TokenizedCaption caption)
    {
        var row = new double[(2 * NGrams.Longest) + 2];
        var references = caption.References.Select(NGrams.Count).ToArray();
        var candidate = NGrams.Count(caption.Candidate);
        for (var n = 0; n < NGrams.Longest; n++)
        {
            row[n] = candidate[n].Sum(run => Math.Min(run.Value, references.Max(reference => reference[n].GetValueOrDefault(run.Key))));
            row[NGrams.Longest + n] = Math.Max(0, caption.Candidate.Length - n);
        }

        row[^2] = caption.Candidate.Length;
        row[^1] = caption.References.Select(reference => reference.Length).MinBy(length => (Math.Abs(length - caption.Candidate.Length), length));
        return row;
    }

    private static double Of(double[] sums, int longest)
    {
        var product = 1.0;
        for (var n = 0; n < longest; n++)
        {
            product *= (sums[n] + Tiny) / (sums[NGrams.Longest + n] + Small);
        }

        var ratio = (sums[^2] + Tiny) / (sums[^1] + Small);
        return Math.Pow(product, 1.0 / longest) * (ratio < 1 ? Math.Exp(1 - (1 / ratio)) : 1);
    }
}
