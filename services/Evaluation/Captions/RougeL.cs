using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Captions;

/// <summary>
/// ROUGE-L (Lin 2004) as COCO's caption evaluation computes it: the longest common subsequence, beta 1.2, the best precision and the best recall over the
/// references, which need not be of the same one; a set's score is the mean.
/// </summary>
public static class RougeL
{
    private const double Beta = 1.2;

    public static Metric Score(IReadOnlyList<TokenizedCaption> captions) => Metric.Mean("ROUGE-L", captions.Select(Of));

    private static double Of(TokenizedCaption caption)
    {
        double precision = 0, recall = 0;
        foreach (var reference in caption.References)
        {
            double common = LongestCommonSubsequence(caption.Candidate, reference);
            precision = Math.Max(precision, common / Math.Max(1, caption.Candidate.Length));
            recall = Math.Max(recall, common / Math.Max(1, reference.Length));
        }

        return precision == 0 || recall == 0 ? 0 : (1 + (Beta * Beta)) * precision * recall / (recall + (Beta * Beta * precision));
    }

    private static int LongestCommonSubsequence(string[] left, string[] right)
    {
        var lengths = new int[right.Length + 1];
        foreach (var word in left)
        {
            var diagonal = 0;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = lengths[j];
                lengths[j] = word == right[j - 1] ? diagonal + 1 : Math.Max(above, lengths[j - 1]);
                diagonal = above;
            }
        }

        return lengths[^1];
    }
}
