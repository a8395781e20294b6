using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Captions;

/// <summary>
/// METEOR (Banerjee and Lavie 2005) with the stages exact word and Porter stem, its first parameters (F-mean 10PR/(R+9P), penalty 0.5 (chunks/matches)³) and
/// nothing else: no synonyms, no paraphrases, no weights by stage. Its figures are not those of the METEOR 1.5 program that COCO's evaluation runs.
/// </summary>
/// <remarks>A set's score comes from the summed counts of each candidate with its best reference, as the paper has it.</remarks>
public static class Meteor
{
    /// <summary>For whoever reads a figure.</summary>
    public const string Stages = "METEOR: stages exact and Porter stem; alpha 0.9, beta 3, gamma 0.5 (2005); no synonyms or paraphrases, not comparable with METEOR 1.5.";

    /// <summary>Alignments kept after each word; more than a caption ever needs to find the fewest chunks.</summary>
    private const int Beam = 40;

    public static Metric Score(IReadOnlyList<TokenizedCaption> captions) => Metric.OfSums("METEOR", [.. captions.Select(Row)], Of);

    /// <summary>Matches, candidate words, reference words, chunks: of the reference that gives the best score.</summary>
    private static double[] Row(TokenizedCaption caption)
    {
        var stems = caption.Candidate.Select(PorterStemmer.Stem).ToArray();
        return caption.References.Select(reference =>
        {
            var (matches, chunks) = Align(caption.Candidate, stems, reference);
            return new double[] { matches, caption.Candidate.Length, reference.Length, chunks };
        }).MaxBy(Of)!;
    }

    private static double Of(double[] counts)
    {
        if (counts[0] == 0)
        {
            return 0;
        }

        double precision = counts[0] / counts[1], recall = counts[0] / counts[2];
        var mean = 10 * precision * recall / (recall + (9 * precision));
        return mean * (1 - (0.5 * Math.Pow(counts[3] / counts[0], 3)));
    }

    /// <summary>The most matches, among those the most exact ones, among those the fewest chunks.</summary>
    private static (int Matches, int Chunks) Align(string[] candidate, string[] stems, string[] reference)
    {
        var referenceStems = reference.Select(PorterStemmer.Stem).ToArray();
        List<Alignment> beam = [new Alignment([], 0, 0, 0, -1)];
        for (var i = 0; i < candidate.Length; i++)
        {
            var next = new List<Alignment>();
            foreach (var alignment in beam)
            {
                // A chunk ends where a word finds nothing: no position follows on -2.
                next.Add(alignment with { Last = -2 });
                for (var j = 0; j < reference.Length; j++)
                {
                    var exact = candidate[i] == reference[j];
                    if ((exact || stems[i] == referenceStems[j]) && !alignment.Used.Contains(j))
                    {
                        next.Add(new Alignment(
                            [.. alignment.Used, j],
                            alignment.Matches + 1,
                            alignment.Exact + (exact ? 1 : 0),
                            alignment.Chunks + (alignment.Matches > 0 && j == alignment.Last + 1 ? 0 : 1),
                            j));
                    }
                }
            }

            beam = [.. next.OrderByDescending(a => a.Matches).ThenByDescending(a => a.Exact).ThenBy(a => a.Chunks).Take(Beam)];
        }

        return (beam[0].Matches, beam[0].Chunks);
    }

    private sealed record Alignment(int[] Used, int Matches, int Exact, int Chunks, int Last);
}
