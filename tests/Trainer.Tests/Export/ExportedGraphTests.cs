using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Trainer.Export;

namespace MultiModalMesh.Trainer.Tests.Export;

/// <summary>The shipped graphs give what the trainer's own forward pass gave. Goldens are written by <c>export --goldens</c> with the pack.</summary>
public sealed class ExportedGraphTests(ShippedPack pack) : IClassFixture<ShippedPack>
{
    private const float Tolerance = 1e-4f;

    private static readonly Golden[] All = Goldens.Read(Path.Combine(AppContext.BaseDirectory, "goldens", Goldens.FileName));

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Vision_graph_gives_the_trainers_embedding_and_features(int index)
    {
        var (embeds, features) = pack.See(All[index].Pixels);
        AssertClose(All[index].ImageEmbeds, embeds.Buffer.Span);
        AssertClose(All[index].ImageFeatures, features.Buffer.Span[..All[index].ImageFeatures.Length]);
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Text_graph_gives_the_trainers_embedding(int index)
    {
        var tokens = All[index].CaptionTokens;
        var embeds = pack.Embed(new DenseTensor<long>(tokens, [1, tokens.Length]), ShippedPack.Filled(1, tokens.Length, _ => 1));
        AssertClose(All[index].TextEmbeds, embeds.Buffer.Span);
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Decoder_graph_gives_the_trainers_logits(int index)
    {
        var golden = All[index];
        var logits = pack.Decode(pack.Prompt(pack.See(golden.Pixels).Features, 0, golden.Tokens.Select(t => (int)t)));
        var vocabulary = logits.Dimensions[2];
        for (var i = 0; i < golden.Positions.Length; i++)
        {
            AssertClose(golden.Logits.AsSpan(i * vocabulary, vocabulary), logits.Buffer.Span.Slice((int)golden.Positions[i] * vocabulary, vocabulary));
        }
    }

    [Fact]
    public void Token_by_token_with_the_cache_equals_one_pass()
    {
        var prompt = pack.Prompt(pack.See(All[0].Pixels).Features, 0, All[0].Tokens.Select(t => (int)t));
        var whole = pack.Decode(prompt);
        var (length, width, vocabulary) = (prompt.Dimensions[1], prompt.Dimensions[2], whole.Dimensions[2]);
        DenseTensor<float>[]? cache = null;
        for (var position = 0; position < length; position++)
        {
            // The picture and the first turn at once, the rest one by one.
            var count = position == 0 ? Math.Min(length, 72) : 1;
            var part = new DenseTensor<float>(prompt.Buffer.Slice(position * width, count * width), [1, count, width]);
            var start = position;
            var (logits, present) = pack.Decode(part, ShippedPack.Filled(1, start + count, _ => 1), ShippedPack.Filled(1, count, i => start + i), cache);
            cache = present;
            position += count - 1;
            AssertClose(whole.Buffer.Span.Slice(position * vocabulary, vocabulary), logits.Buffer.Span[^vocabulary..]);
        }
    }

    [Fact]
    public void Padding_on_the_left_changes_nothing()
    {
        const int padding = 5;
        var prompt = pack.Prompt(pack.See(All[0].Pixels).Features, 0, All[0].Tokens.Select(t => (int)t));
        var (length, width) = (prompt.Dimensions[1], prompt.Dimensions[2]);
        var padded = new DenseTensor<float>([1, padding + length, width]);
        prompt.Buffer.Span.CopyTo(padded.Buffer.Span[(padding * width)..]);
        var (logits, _) = pack.Decode(padded, ShippedPack.Filled(1, padding + length, i => i < padding ? 0 : 1), ShippedPack.Filled(1, padding + length, i => Math.Max(0, i - padding)));
        var alone = pack.Decode(prompt);
        AssertClose(alone.Buffer.Span, logits.Buffer.Span[(padding * alone.Dimensions[2])..]);
    }

    [Fact]
    public void Texts_of_different_length_in_a_batch_equal_each_alone()
    {
        var longest = All.Max(g => g.CaptionTokens.Length);
        var tokens = new DenseTensor<long>([All.Length, longest]);
        var mask = new DenseTensor<long>([All.Length, longest]);
        for (var i = 0; i < All.Length; i++)
        {
            for (var t = 0; t < All[i].CaptionTokens.Length; t++)
            {
                (tokens[i, t], mask[i, t]) = (All[i].CaptionTokens[t], 1);
            }
        }

        var embeds = pack.Embed(tokens, mask);
        for (var i = 0; i < All.Length; i++)
        {
            AssertClose(All[i].TextEmbeds, embeds.Buffer.Span.Slice(i * embeds.Dimensions[1], embeds.Dimensions[1]));
        }
    }

    [Fact]
    public void Pictures_in_a_batch_equal_each_alone()
    {
        var (embeds, _) = pack.See([.. All.Select(g => g.Pixels)]);
        for (var i = 0; i < All.Length; i++)
        {
            AssertClose(All[i].ImageEmbeds, embeds.Buffer.Span.Slice(i * embeds.Dimensions[1], embeds.Dimensions[1]));
        }
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance * Math.Max(1, Math.Abs(expected[i])), $"at {i}: expected {expected[i]}, got {actual[i]}");
        }
    }
}
