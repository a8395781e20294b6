using MultiModalMesh.Evaluation.Captions;

namespace MultiModalMesh.Evaluation.Tests.Captions;

/// <summary>Words as the Penn Treebank tokenizer of COCO's evaluation has them.</summary>
public sealed class CaptionTokenizerTests
{
    [Theory]
    [InlineData("A man, riding a Horse.", "a man riding a horse")]
    [InlineData("It's the dog's ball; they don't care!", "it 's the dog 's ball they do n't care")]
    [InlineData("He cannot see.\n", "he can not see")]
    [InlineData("A black-and-white cat - asleep -- again...", "a black-and-white cat asleep again")]
    [InlineData("At 10:30 there are 1,000 birds (or 2.5 tons)", "at 10:30 there are 1,000 birds -lrb- or 2.5 tons -rrb-")]
    [InlineData("\"Stop\" says Mr. Smith at the U.S. border.", "stop says mr. smith at the u.s. border")]
    [InlineData("Fish & chips", "fish & chips")]
    [InlineData("I'm sure we've seen o'clock", "i 'm sure we 've seen o'clock")]
    public void Captions_become_words(string caption, string words) => Assert.Equal(words, string.Join(' ', CaptionTokenizer.Tokenize(caption)));

    [Theory]
    [InlineData("it's 714 metres from one t-shirt", true)]
    [InlineData("", true)]
    [InlineData("a dog -lrb- asleep -rrb- they do n't 'll", true)]
    [InlineData("A dog", false)]
    [InlineData("a dog.", false)]
    [InlineData("a dog , asleep", false)]
    [InlineData("a  dog", false)]
    public void Words_of_a_tokenizer_are_told_from_raw_captions(string caption, bool tokenized) => Assert.Equal(tokenized, CaptionTokenizer.IsTokenized(caption));
}
