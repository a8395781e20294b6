using MultiModalMesh.Inference.Decoding;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

public sealed class KvBatchTests
{
    [Fact]
    public void Rows_keep_their_keys_and_values_however_others_come_and_go()
    {
        var random = new Random(5);
        var memory = new KvMemory("running");
        using (var batch = new KvBatch(TracedKv.Layout, memory))
        {
            List<Trace> rows = [new([.. Keys(random, 400)])];
            batch.Start(0, 4, 100);
            for (var round = 0; round < 1_000; round++)
            {
                var action = random.Next(6);
                if (action == 0 && rows.Count < 6)
                {
                    using var other = new KvBatch(TracedKv.Layout, memory);
                    other.Start(0, 1, random.Next(20));
                    rows.Add(new([.. Keys(random, 400)]));
                    TracedKv.Advance(other, [rows[^1]], random.Next(1, 40));
                    batch.Take(other, random.Next(100), random.Next(400));
                }
                else if (action == 1 && rows.Count > 1)
                {
                    var row = random.Next(rows.Count);
                    batch.Remove(row);
                    rows[row] = rows[^1];
                    rows.RemoveAt(rows.Count - 1);
                }
                else if (action == 2)
                {
                    batch.Trim(random.Next(90));
                }
                else if (batch.Length < 380)
                {
                    TracedKv.Advance(batch, rows, random.Next(1, 3));
                }
                else
                {
                    batch.Remove(0);
                    rows[0] = rows[^1];
                    rows.RemoveAt(rows.Count - 1);
                    if (rows.Count == 0)
                    {
                        batch.Start(0, 1, 1);
                        rows.Add(new([.. Keys(random, 400)]));
                    }
                }

                Assert.Equal(rows.Count, batch.Rows);
                Assert.Equal(batch.Padding, Enumerable.Range(0, rows.Count).Sum(row => batch.Length - batch.LengthOf(row)));
                for (var row = 0; row < rows.Count; row++)
                {
                    Assert.True(TracedKv.Expected(rows[row], batch.LengthOf(row)).AsSpan().SequenceEqual(TracedKv.Read(batch, row)), $"row {row} in round {round}");
                }
            }
        }

        Assert.Equal(0, memory.Bytes);
    }

    [Fact]
    public void Padding_is_zero_so_that_masked_attention_stays_finite()
    {
        using var batch = new KvBatch(TracedKv.Layout, new KvMemory("running"));
        using var other = new KvBatch(TracedKv.Layout, new KvMemory("running"));
        var random = new Random(1);
        batch.Start(0, 9, 0);
        TracedKv.Advance(batch, [.. Keys(random, 9)], 9);
        other.Start(0, 2, 0);
        TracedKv.Advance(other, [.. Keys(random, 2)], 2);

        batch.Take(other, 10);

        Assert.All(batch.Past(1).GetTensorDataAsSpan<float>().Slice(9 * 4, 7 * 4).ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_step_allocates_no_memory_for_tensors()
    {
        var memory = new KvMemory("running");
        using var batch = new KvBatch(TracedKv.Layout, memory);
        Trace keys = new([.. Keys(new Random(2), 64)]);
        batch.Start(0, 4, 60);
        var bytes = memory.Bytes;
        for (var step = 0; step < 60; step++)
        {
            TracedKv.Advance(batch, [keys], 1);
            Assert.Equal((bytes, bytes), (memory.Bytes, memory.Peak));
        }
    }

    private static IEnumerable<UInt128> Keys(Random random, int count) => Enumerable.Range(0, count).Select(_ => (UInt128)random.Next(1000));
}
