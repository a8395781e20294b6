using MultiModalMesh.Evaluation.Captions;

namespace MultiModalMesh.Evaluation.Tests.Captions;

/// <summary>METEOR by hand.</summary>
public sealed class MeteorTests
{
    // P = R = 1, 6 matches; the penalty is 0.5 (chunks / 6)^3: Banerjee and Lavie 2005, section 2.2.
    [Theory]
    [InlineData("the cat sat on the mat", "the cat sat on the mat", 1 - (0.5 / 216))]
    [InlineData("on the mat sat the cat", "the cat sat on the mat", 1 - (0.5 * 27 / 216))]
    [InlineData("the cats sat on the mats", "the cat sat on the mat", 1 - (0.5 / 216))]
    [InlineData("dogs bark", "the cat sat on the mat", 0)]
    public void A_sentence_has_the_score_of_the_formula(string candidate, string reference, double expected) =>
        Assert.Equal(expected, Meteor.Score([new TokenizedCaption(CaptionTokenizer.Split(candidate), [CaptionTokenizer.Split(reference)])]).Value, 1e-9);

    // From the paper of the algorithm and its published vocabulary.
    [Theory]
    [InlineData("caresses", "caress")]
    [InlineData("ponies", "poni")]
    [InlineData("cats", "cat")]
    [InlineData("feed", "feed")]
    [InlineData("agreed", "agre")]
    [InlineData("plastered", "plaster")]
    [InlineData("motoring", "motor")]
    [InlineData("sing", "sing")]
    [InlineData("conflated", "conflat")]
    [InlineData("hopping", "hop")]
    [InlineData("filing", "file")]
    [InlineData("happy", "happi")]
    [InlineData("sky", "sky")]
    [InlineData("relational", "relat")]
    [InlineData("vietnamization", "vietnam")]
    [InlineData("hopefulness", "hope")]
    [InlineData("electricity", "electr")]
    [InlineData("adjustment", "adjust")]
    [InlineData("adoption", "adopt")]
    [InlineData("controll", "control")]
    [InlineData("rate", "rate")]
    [InlineData("cease", "ceas")]
    public void Words_have_Porters_stems(string word, string stem) => Assert.Equal(stem, PorterStemmer.Stem(word));
}
