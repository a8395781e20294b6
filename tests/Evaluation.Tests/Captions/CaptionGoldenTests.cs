using System.Text.Json;
using MultiModalMesh.Evaluation.Captions;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Tests.Captions;

/// <summary>Caption metrics against the reference programs.</summary>
public sealed class CaptionGoldenTests(ITestOutputHelper output)
{
    private readonly Dictionary<string, double> _deviations = [];

    [Fact]
    public void Every_sentence_has_the_reference_programs_scores()
    {
        var cases = Goldens.Root.GetProperty("cases").EnumerateArray().ToArray();
        TokenizedCaption[] captions = [.. cases.Select(Read)];
        var bleu = Bleu.Score(captions);
        var (rouge, cider) = (RougeL.Score(captions), CiderD.Score(captions));

        for (var i = 0; i < cases.Length; i++)
        {
            var item = i;
            Agree("BLEU", cases[i].GetProperty("bleu").Numbers(), [.. bleu.Select(metric => metric.Of([item]))]);
            Agree("ROUGE-L", [cases[i].GetProperty("rouge_l").GetDouble()], [rouge.Of([i])]);
            Agree("CIDEr-D", [cases[i].GetProperty("cider_d").GetDouble()], [cider.Of([i])]);
        }

        Verify();
    }

    [Fact]
    public void Sets_and_subsets_have_the_reference_programs_scores()
    {
        TokenizedCaption[] captions = [.. Goldens.Root.GetProperty("cases").EnumerateArray().Select(Read)];
        AgreeAll(captions, Goldens.Root.GetProperty("corpus"));
        foreach (var subset in Goldens.Root.GetProperty("subsets").EnumerateArray())
        {
            AgreeAll([.. subset.GetProperty("cases").EnumerateArray().Select(i => captions[i.GetInt32()])], subset);
        }

        Verify();
    }

    [Fact]
    public void Empty_and_one_word_candidates_have_the_reference_programs_scores()
    {
        var edge = Goldens.Root.GetProperty("edge_corpus");
        var captions = ReadParallel(edge);
        var bleu = Bleu.Score(captions);
        var (rouge, cider) = (RougeL.Score(captions), CiderD.Score(captions));

        Agree("BLEU", edge.GetProperty("bleu").Numbers(), Values(bleu));
        Agree("CIDEr-D", [edge.GetProperty("cider_d").GetDouble()], [cider.Value]);
        Agree("CIDEr-D", edge.GetProperty("cider_d_per_case").Numbers(), [.. captions.Select((_, i) => cider.Of([i]))]);
        Agree("ROUGE-L", edge.GetProperty("rouge_l_per_case").Numbers(), [.. captions.Select((_, i) => rouge.Of([i]))]);
        foreach (var (expected, i) in edge.GetProperty("bleu_per_case").EnumerateArray().Select((expected, i) => (expected, i)))
        {
            Agree("BLEU", expected.Numbers(), [.. bleu.Select(metric => metric.Of([i]))]);
        }

        Verify();
    }

    [Fact]
    public void The_published_example_has_its_published_scores()
    {
        var known = Goldens.Root.GetProperty("known_case");
        AgreeAll(ReadParallel(known), known);
        Verify();
    }

    private static TokenizedCaption Read(JsonElement value) =>
        new(CaptionTokenizer.Split(value.GetProperty("candidate").GetString()!), [.. value.GetProperty("references").Texts().Select(CaptionTokenizer.Split)]);

    private static TokenizedCaption[] ReadParallel(JsonElement value) =>
    [
        .. value.GetProperty("candidates").Texts().Zip(
            value.GetProperty("references").EnumerateArray(),
            (candidate, references) => new TokenizedCaption(CaptionTokenizer.Split(candidate), [.. references.Texts().Select(CaptionTokenizer.Split)])),
    ];

    private static double[] Values(IEnumerable<Metric> metrics) => [.. metrics.Select(metric => metric.Value)];

    private void AgreeAll(TokenizedCaption[] captions, JsonElement expected)
    {
        Agree("BLEU", expected.GetProperty("bleu").Numbers(), Values(Bleu.Score(captions)));
        Agree("ROUGE-L", [expected.GetProperty("rouge_l").GetDouble()], [RougeL.Score(captions).Value]);
        Agree("CIDEr-D", [expected.GetProperty("cider_d").GetDouble()], [CiderD.Score(captions).Value]);
    }

    private void Agree(string metric, double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var deviation = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        _deviations[metric] = Math.Max(_deviations.GetValueOrDefault(metric), double.IsNaN(deviation) ? double.PositiveInfinity : deviation);
    }

    private void Verify()
    {
        output.WriteLine(string.Join(", ", _deviations.Select(pair => $"{pair.Key} {pair.Value:E2}")));
        Assert.All(_deviations, pair => Assert.True(pair.Value <= Goldens.Tolerance, $"{pair.Key} is off by {pair.Value}."));
    }
}
