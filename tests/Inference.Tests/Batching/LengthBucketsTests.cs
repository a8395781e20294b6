using MultiModalMesh.Inference.Batching;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Batching;

public sealed class LengthBucketsTests
{
    [Fact]
    public void There_are_four_buckets_for_each_doubling() =>
        Assert.Equal([8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80], Enumerable.Range(1, 80).Select(LengthBuckets.Of).Distinct());

    [Fact]
    public void Less_than_a_fifth_of_a_row_can_be_padding()
    {
        foreach (var bucket in Enumerable.Range(LengthBuckets.Shortest + 1, 10_000).GroupBy(LengthBuckets.Of))
        {
            var (shortest, longest) = (bucket.Min(), bucket.Max());
            Assert.True(longest - shortest < longest / 5.0, $"{shortest} may be padded to {longest}");
        }
    }
}
