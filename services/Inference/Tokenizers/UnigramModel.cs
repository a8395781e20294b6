using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// A unigram language model over pieces (Kudo, 2018): a pre-token is cut where the sum of the pieces' scores (log probabilities) is highest,
/// found by Viterbi search over a prefix tree in O(n · longest piece). A character without a piece costs ten more than the worst piece.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;

    private readonly UnigramDefinition _definition;
    private readonly Dictionary<string, int> _ids;
    private readonly PieceTrie _trie;
    private readonly double _unknownScore;
    private readonly int[] _byteIds;

    public UnigramModel(UnigramDefinition definition, IReadOnlySet<int> control)
        : base(control)
    {
        _definition = definition;
        _ids = definition.Vocabulary;
        _trie = new PieceTrie(_ids.Where(p => p.Key.Length > 0).Select(p => (p.Key, p.Value)));
        _unknownScore = definition.Scores.DefaultIfEmpty(0).Min() - UnknownPenalty;
        _byteIds = ByteIds(_ids);
    }

    protected override int[] Encode(ReadOnlySpan<char> piece, bool plain)
    {
        List<int> output = [];
        var cuts = Cuts(BestPath(piece, plain), piece.Length);
        for (var i = cuts.Count - 1; i > 0; i--)
        {
            Append(piece[cuts[i]..cuts[i - 1]], plain, output);
        }

        return [.. output];
    }

    private Step[] BestPath(ReadOnlySpan<char> piece, bool plain)
    {
        var steps = new Step[piece.Length + 1];
        Array.Fill(steps, new Step(0, -1, -1));
        for (int start = 0, width; start < piece.Length; start += width)
        {
            Rune.DecodeFromUtf16(piece[start..], out _, out width);
            var single = false;
            var node = PieceTrie.Root;
            for (var end = start; end < piece.Length && (node = _trie.Step(node, piece[end])) >= 0;)
            {
                end++;
                if (_trie.Value(node) is >= 0 and var id && Allowed(id, plain))
                {
                    Offer(end, _definition.Scores[id], id);
                    single |= end - start == width;
                }
            }

            if (!single)
            {
                Offer(start + width, _unknownScore, _definition.UnknownId ?? -1);
            }

            void Offer(int end, double score, int id)
            {
                score += steps[start].Score;
                if (steps[end].Start < 0 || score > steps[end].Score)
                {
                    steps[end] = new Step(score, start, id);
                }
            }
        }

        return steps;
    }

    /// <summary>Where the pieces of the best path begin, last first, after the end of the text; a run of unknown pieces is one, always: the reference has no field for it.</summary>
    private List<int> Cuts(Step[] steps, int length)
    {
        List<int> cuts = [length];
        var inUnknown = false;
        for (var end = length; end > 0; end = steps[end].Start)
        {
            var unknown = steps[end].Id == (_definition.UnknownId ?? -1);
            if (unknown && inUnknown)
            {
                cuts[^1] = steps[end].Start;
            }
            else
            {
                cuts.Add(steps[end].Start);
            }

            inUnknown = unknown;
        }

        return cuts;
    }

    private void Append(ReadOnlySpan<char> text, bool plain, List<int> output)
    {
        // Fused characters may spell a piece that the search passed over: the reference looks the text up, not the path.
        if (_ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var id) && Allowed(id, plain))
        {
            output.Add(id);
        }
        else if (!(_definition.ByteFallback && TryBytes(text, _byteIds, output)) && _definition.UnknownId is { } unknownId)
        {
            output.Add(unknownId);
        }
    }

    /// <summary>The best way to a position: its score, where its last piece starts (-1: none yet), and that piece.</summary>
    private readonly record struct Step(double Score, int Start, int Id);
}

/// <summary>What <c>tokenizer.json</c> says about a unigram model.</summary>
/// <param name="Vocabulary">Pieces and their ids; of equal pieces the last counts.</param>
/// <param name="Scores">Scores by id.</param>
/// <param name="UnknownId">The token of what has no piece; without one such text vanishes.</param>
/// <param name="ByteFallback">An unknown text becomes the tokens of its bytes if all of these are there.</param>
internal sealed record UnigramDefinition(Dictionary<string, int> Vocabulary, double[] Scores, int? UnknownId, bool ByteFallback);
