using MultiModalMesh.Trainer.Tokenization;

namespace MultiModalMesh.Trainer.Tests.Tokenization;

public sealed class BytePairTrainerTests
{
    [Fact]
    public void Most_frequent_pair_is_merged_first()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("ab ab ab ac");
        Assert.Equal([("a", "b"), ("Ġ", "ab")], trainer.Learn(258));
    }

    [Fact]
    public void Ties_are_broken_by_order_so_that_the_result_is_reproducible()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("yz");
        trainer.Add("ab");
        Assert.Equal(("a", "b"), trainer.Learn(257).Single());
    }

    [Fact]
    public void Merges_stay_within_words()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("a b", 1000);
        Assert.Equal([("Ġ", "b")], trainer.Learn(300));
    }

    [Fact]
    public void Alphabet_has_one_visible_character_for_every_byte()
    {
        Assert.Equal(256, BytePairTrainer.Alphabet.Distinct().Count());
        Assert.Equal('Ġ', BytePairTrainer.Alphabet[' ']);
    }
}
