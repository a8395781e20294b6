using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Inference.Decoding;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

public sealed class PrefixCacheTests : IDisposable
{
    private readonly KvMemory _memory = new("cached");
    private readonly FakeTimeProvider _time = new();
    private readonly PrefixCache _cache;

    public PrefixCacheTests() => _cache = Cache(1 << 20);

    [Fact]
    public void What_is_found_belongs_to_exactly_these_tokens_and_this_picture_and_the_budget_is_kept()
    {
        var random = new Random(11);
        var budget = 12 * PrefixCache.BlockLength * TracedKv.Layout.BytesPerPosition;
        using var cache = Cache(budget);
        var reused = 0;
        for (var round = 0; round < 3_000; round++)
        {
            // Few tokens and pictures, and long common beginnings, so that prompts meet and part everywhere.
            var picture = Picture(random.Next(2));
            var tokens = Enumerable.Range(0, random.Next(2, 110)).Select(i => i is 3 or 4 ? GenerationRequest.ImagePosition : i % 9 == 8 ? random.Next(2) : i).ToArray();
            var keys = new PositionKeys(picture, isCrossAttention: false).Of(tokens, picture);
            using var batch = new KvBatch(TracedKv.Layout, new KvMemory("running"));

            var found = cache.Restore(keys, batch, 0);
            Assert.InRange(found, 0, tokens.Length - 1);
            Assert.Equal(TracedKv.Expected(new(keys), found), TracedKv.Read(batch, 0));
            reused += found;

            TracedKv.Advance(batch, keys, tokens.Length - found);
            cache.Add(keys, batch, 0, random.Next(3) == 0 ? $"dialogue {random.Next(4)}" : null);
            Assert.True(_memory.Peak <= budget, $"{_memory.Peak} bytes of {budget}");
        }

        Assert.True(reused > 30_000, $"only {reused} positions were reused");
    }

    [Fact]
    public void A_sequence_that_was_added_is_found_whole()
    {
        for (var length = 1; length < 3 * PrefixCache.BlockLength; length++)
        {
            UInt128[] keys = [.. Enumerable.Range(length * 1000, length).Select(i => (UInt128)i)];
            Add(_cache, keys);

            Assert.Equal(length, Restored(_cache, [.. keys, 1, 2, 3]));
        }
    }

    [Fact]
    public void What_sequences_begin_with_is_kept_once()
    {
        UInt128[] system = [.. Enumerable.Range(0, 2 * PrefixCache.BlockLength).Select(i => (UInt128)i)];
        for (var dialogue = 0; dialogue < 10; dialogue++)
        {
            Add(_cache, [.. system, (UInt128)(1000 + dialogue)]);
        }

        Assert.Equal((system.Length + 10) * TracedKv.Layout.BytesPerPosition, _memory.Bytes);
    }

    [Fact]
    public void The_least_recently_used_goes_first()
    {
        using var cache = Cache(3 * TracedKv.Layout.BytesPerPosition);
        Add(cache, [1]);
        Add(cache, [2]);
        Add(cache, [3]);
        Assert.Equal(1, Restored(cache, [1, 9]));

        Add(cache, [4]);

        Assert.Equal([1, 0, 1, 1], new UInt128[] { 1, 2, 3, 4 }.Select(key => Restored(cache, [key, 9])));
    }

    [Fact]
    public void A_sequence_over_the_budget_keeps_its_beginning_only()
    {
        using var cache = Cache(2 * PrefixCache.BlockLength * TracedKv.Layout.BytesPerPosition);
        UInt128[] keys = [.. Enumerable.Range(0, 5 * PrefixCache.BlockLength).Select(i => (UInt128)i)];

        Add(cache, keys);

        Assert.Equal(2 * PrefixCache.BlockLength, Restored(cache, keys));
    }

    [Fact]
    public void The_newest_prompt_of_a_dialogue_replaces_what_only_its_older_one_had()
    {
        Add(_cache, [1, 2, 3], "dialogue");
        Add(_cache, [4, 5, 6, 7], "dialogue");

        Assert.Equal(1, _cache.Blocks);
        Assert.Equal(0, Restored(_cache, [1, 2, 3]));
    }

    [Fact]
    public void What_no_prompt_used_for_a_while_is_dropped_and_what_was_used_stays()
    {
        UInt128[] idle = [.. Enumerable.Range(0, 2 * PrefixCache.BlockLength).Select(i => (UInt128)i)];
        UInt128[] used = [.. Enumerable.Range(1000, 2 * PrefixCache.BlockLength).Select(i => (UInt128)i)];
        Add(_cache, idle, "deleted");
        Add(_cache, used, "in use");
        _time.Advance(TimeSpan.FromMinutes(40));
        Restored(_cache, [.. used, 1]);
        _time.Advance(TimeSpan.FromMinutes(40));

        _cache.DropUnused(TimeSpan.FromHours(1));

        Assert.Equal(0, Restored(_cache, idle));
        Assert.Equal(used.Length, Restored(_cache, [.. used, 1]));
        Assert.Equal(used.Length * TracedKv.Layout.BytesPerPosition, _memory.Bytes);
    }

    public void Dispose() => _cache.Dispose();

    private PrefixCache Cache(long budget) => new(budget, TracedKv.Layout, _memory, _time);

    private static void Add(PrefixCache cache, UInt128[] keys, string? dialogue = null)
    {
        using var batch = new KvBatch(TracedKv.Layout, new KvMemory("running"));
        batch.Start(0, keys.Length, 0);
        TracedKv.Advance(batch, keys, keys.Length);
        cache.Add(keys, batch, 0, dialogue);
    }

    private static int Restored(PrefixCache cache, UInt128[] keys)
    {
        using var batch = new KvBatch(TracedKv.Layout, new KvMemory("running"));
        return cache.Restore(keys, batch, 0);
    }

    private static ImageFeatures Picture(int seed) => new([seed, 1, 2, 3, 4, 5], 2, 3);
}
