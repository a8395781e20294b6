using MultiModalMesh.Inference.Decoding;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

/// <summary>Decoders that differ in what they take: which are batched with padding, and that all give what single runs give.</summary>
public sealed class GraphVariantTests
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void A_graph_that_counts_padding_among_its_positions_is_found_out(bool countsPadding, bool canPad)
    {
        using var pack = new ToyDecoder(CountsPadding: countsPadding).Pack();
        using var decoder = new SteppedDecoder(pack.Load(), new());

        Assert.Equal(canPad, decoder.CanPad);
        AnswersEqualSingleOnes(pack);
    }

    [Fact]
    public void Equal_lengths_go_together_where_there_can_be_no_padding()
    {
        using var pack = new ToyDecoder(CountsPadding: true).Pack();
        using var decoder = new SteppedDecoder(pack.Load(), new());
        foreach (var length in new[] { 3, 5, 3, 5, 5, 4 })
        {
            decoder.Submit(Request(length, 20, length));
        }

        decoder.Scheduler.Step();
        var before = decoder.Scheduler.Runs;
        decoder.Scheduler.Step();

        Assert.Equal(3, decoder.Scheduler.Runs - before);
    }

    [Fact]
    public void A_graph_for_one_sequence_runs_one_at_a_time()
    {
        using var pack = new ToyDecoder(FixedBatch: true).Pack();

        AnswersEqualSingleOnes(pack);
    }

    [Fact]
    public void Keys_and_values_of_16_bits_take_half_the_memory()
    {
        using var pack = new ToyDecoder(HalfCache: true).Pack();
        using var decoder = new SteppedDecoder(pack.Load(), new());

        Assert.Equal(2 * 8 * 2, decoder.Graph.Layout.BytesPerPosition);
        Assert.True(decoder.CanPad);
        AnswersEqualSingleOnes(pack);
    }

    [Fact]
    public void Where_the_graph_can_leave_them_out_only_the_last_positions_logits_are_computed()
    {
        using var pack = new ToyDecoder(KeepsLogits: true).Pack();
        using var whole = new ToyDecoder().Pack();

        Assert.Equal(AnswersEqualSingleOnes(whole), AnswersEqualSingleOnes(pack));
    }

    /// <summary>The greedy tokens of several prompts, which are the same in a batch, in chunks and with a warm cache as alone.</summary>
    private static List<int[]> AnswersEqualSingleOnes(TestPack pack)
    {
        var random = new Random(6);
        var requests = Enumerable.Range(0, 8).Select(i => Request(random.Next(1, 50), random.Next(1, 40), i % 5)).ToList();
        using var batched = new SteppedDecoder(pack.Load(), new() { PrefillChunk = 9 });
        using var single = new SteppedDecoder(pack.Load(), new() { MaxConcurrentSequences = 1, PrefixCacheBytes = 0 });
        var answers = requests.ConvertAll(batched.Submit);
        batched.StepToEnd();
        foreach (var (request, answer) in requests.Zip(answers))
        {
            var expected = single.Submit(request);
            single.StepToEnd();
            Assert.Equal(expected.Ids, answer.Ids);
        }

        return answers.ConvertAll(answer => answer.Ids);
    }

    private static GenerationRequest Request(int promptLength, int tokens, int seed)
    {
        var random = new Random(seed);
        return new() { Prompt = [.. Enumerable.Range(0, promptLength).Select(_ => random.Next(3, 500))], MaxNewTokens = tokens };
    }
}
