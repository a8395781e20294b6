using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Captions;

/// <summary>
/// CIDEr-D (Vedantam et al. 2015) as COCO's caption evaluation computes it: runs of 1 to 4 words weighed by how few of the set's reference sets have them,
/// clipped cosine, a penalty for another length (sigma 6), times 10; a set's score is the mean.
/// </summary>
/// <remarks>The weights are those of the whole set's references: a resampled or sliced set keeps them.</remarks>
public static class CiderD
{
    private const double Sigma = 6;

    public static Metric Score(IReadOnlyList<TokenizedCaption> captions)
    {
        var references = captions.Select(caption => caption.References.Select(NGrams.Count).ToArray()).ToArray();
        var frequency = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var set in references)
        {
            foreach (var run in set.SelectMany(counts => counts).SelectMany(counts => counts.Keys).Distinct(StringComparer.Ordinal))
            {
                frequency[run] = frequency.GetValueOrDefault(run) + 1;
            }
        }

        var logarithm = Math.Log(captions.Count);
        return Metric.Mean("CIDEr-D", captions.Select((caption, i) =>
        {
            var candidate = new Vector(NGrams.Count(caption.Candidate), frequency, logarithm);
            return 10 * references[i].Average(reference => candidate.SimilarityTo(new Vector(reference, frequency, logarithm)));
        }));
    }

    private sealed class Vector
    {
        private readonly Dictionary<string, double>[] _weights;
        private readonly double[] _norms;

        // The original counts the runs of two words for a sentence's length.
        private readonly int _length;

        public Vector(Dictionary<string, int>[] counts, Dictionary<string, int> frequency, double logarithm)
        {
            _weights = [.. counts.Select(ofLength => ofLength.ToDictionary(
                run => run.Key, run => run.Value * (logarithm - Math.Log(Math.Max(1, frequency.GetValueOrDefault(run.Key)))), StringComparer.Ordinal))];
            _norms = [.. _weights.Select(ofLength => Math.Sqrt(ofLength.Values.Sum(weight => weight * weight)))];
            _length = counts[1].Values.Sum();
        }

        public double SimilarityTo(Vector reference)
        {
            var difference = _length - reference._length;
            var penalty = Math.Exp(-difference * difference / (2 * Sigma * Sigma));
            var sum = 0.0;
            for (var n = 0; n < NGrams.Longest; n++)
            {
                var dot = 0.0;
                foreach (var (run, weight) in _weights[n])
                {
                    var other = reference._weights[n].GetValueOrDefault(run);
                    dot += Math.Min(weight, other) * other;
                }

                sum += penalty * (_norms[n] > 0 && reference._norms[n] > 0 ? dot / (_norms[n] * reference._norms[n]) : dot);
            }

            return sum / NGrams.Longest;
        }
    }
}
