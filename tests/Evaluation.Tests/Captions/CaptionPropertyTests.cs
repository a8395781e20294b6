using FsCheck;
using FsCheck.Fluent;
using MultiModalMesh.Evaluation.Captions;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Tests.Captions;

/// <summary>What holds for any captions.</summary>
public sealed class CaptionPropertyTests
{
    private static readonly string[] Words = ["a", "dog", "dogs", "runs", "on", "green", "grass", "two", "cups", "the"];

    // Four words or more: BLEU-4 has nothing to count in fewer.
    private static readonly Gen<string[]> Sentence = Gen.Elements(Words).ArrayOf(4).SelectMany(head => Gen.Elements(Words).ArrayOf(), (head, tail) => (string[])[.. head, .. tail]);

    private static readonly Arbitrary<TokenizedCaption[]> Sets = Arb.From(
        Sentence.SelectMany(_ => Sentence.ArrayOf(3), (candidate, references) => new TokenizedCaption(candidate, references)).ArrayOf(6));

    [Fact]
    public void A_candidate_that_is_one_of_its_references_gets_full_marks() =>
        Prop.ForAll(Sets, set =>
        {
            TokenizedCaption[] copied = [.. set.Select(caption => caption with { Candidate = caption.References[1] })];
            return Bleu.Score(copied).All(metric => Math.Abs(metric.Value - 1) < 1e-6) && Math.Abs(RougeL.Score(copied).Value - 1) < 1e-12 && Meteor.Score(copied).Value > 0.99;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Scores_do_not_depend_on_the_order_of_items_or_references() =>
        Prop.ForAll(Sets, set =>
        {
            TokenizedCaption[] turned = [.. set.Reverse().Select(caption => caption with { References = [.. caption.References.Reverse()] })];
            return All(set).Zip(All(turned), (a, b) => Math.Abs(a.Value - b.Value) < 1e-9).All(same => same);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_score_is_within_its_bounds() =>
        Prop.ForAll(Sets, set => All(set).All(metric => metric.Value >= 0 && metric.Value <= (metric.Name == "CIDEr-D" ? 10 : 1) + 1e-9)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_set_twice_has_the_same_corpus_scores()
    {
        // CIDEr-D is left out: its weights come from the size of the set. BLEU's constants against a division by zero weigh a little where nothing matches.
        Prop.ForAll(Sets, set => All(set).Where(metric => metric.Name != "CIDEr-D")
            .Zip(All([.. set, .. set]).Where(metric => metric.Name != "CIDEr-D"), (a, b) => Math.Abs(a.Value - b.Value) < 1e-3).All(same => same)).QuickCheckThrowOnFailure();
    }

    private static IEnumerable<Metric> All(TokenizedCaption[] set) => [.. Bleu.Score(set), RougeL.Score(set), CiderD.Score(set), Meteor.Score(set)];
}
