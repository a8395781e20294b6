using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Inference.Decoding;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

public sealed class PrefixCacheTests
{
    private const int BytesPerToken = 2 * 3 * sizeof(float);

    [Fact]
    public void What_is_found_is_exactly_the_longest_prefix_that_is_known()
    {
        var random = new Random(11);
        using var cache = new PrefixCache(40 * 20 * BytesPerToken);
        for (var round = 0; round < 2_000; round++)
        {
            var tokens = Enumerable.Range(0, random.Next(2, 20)).Select(i => i < 3 ? GenerationRequest.ImagePosition : random.Next(3)).ToArray();
            var picture = random.Next(2) == 0 ? "a" : "b";
            var found = cache.Find(tokens, picture);
            if (found is not null)
            {
                Assert.InRange(found.Length, 1, tokens.Length - 1);
                Assert.Equal(Trace(tokens.AsSpan(0, found.Length), picture), Values(found));
                found.Release();
            }

            var state = State(tokens, picture);
            cache.Add(tokens, picture, state, random.Next(4) == 0 ? "dialogue" : null);
            state.Release();
            Assert.True(cache.Bytes <= 40 * 20 * BytesPerToken);
            var own = cache.Find([.. tokens, 0], picture)!;
            Assert.Equal(tokens.Length, own.Length);
            own.Release();
        }
    }

    [Fact]
    public void The_newest_prompt_of_a_dialogue_replaces_its_older_one()
    {
        using var cache = new PrefixCache(1 << 20);
        foreach (var tokens in new int[][] { [1, 2, 3], [4, 5, 6, 7] })
        {
            var state = State(tokens, null);
            cache.Add(tokens, null, state, "dialogue");
            state.Release();
        }

        Assert.Equal(1, cache.Count);
        Assert.Null(cache.Find([1, 2, 3], null));
    }

    /// <summary>Numbers that depend on the token, its position and the picture, for each of two heads.</summary>
    private static float[] Trace(ReadOnlySpan<int> tokens, string? picture)
    {
        var values = new float[2 * tokens.Length * 3];
        for (var head = 0; head < 2; head++)
        {
            for (var i = 0; i < tokens.Length; i++)
            {
                for (var d = 0; d < 3; d++)
                {
                    values[(((head * tokens.Length) + i) * 3) + d] = (head * 1000) + (i * 50) + (tokens[i] * 7) + d + (tokens[i] < 0 && picture == "b" ? 0.5f : 0);
                }
            }
        }

        return values;
    }

    private static KvState State(int[] tokens, string? picture)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [1, 2, tokens.Length, 3]);
        Trace(tokens, picture).CopyTo(value.GetTensorMutableDataAsSpan<float>());
        return new KvState([value], tokens.Length);
    }

    private static float[] Values(KvState state) => state.Values[0].GetTensorDataAsSpan<float>().ToArray();
}
