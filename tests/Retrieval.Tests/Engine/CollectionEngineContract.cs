using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Tests.Engine;

/// <summary>What every engine promises. A class of tests for each engine inherits it.</summary>
public abstract class CollectionEngineContract
{
    private protected static readonly CollectionKey Key = new("default", "things");

    private protected abstract ICollectionEngine Engine { get; }

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 3, 700)]
    [InlineData(2, 64, 700)]
    [InlineData(3, 100, 6000)] // enough for codes first, and several segments
    public async Task Whatever_is_asked_the_answer_is_that_of_the_reference(int seed, int dimensions, int writes)
    {
        var random = new Random(seed);
        var collection = await Engine.CreateAsync(Key, dimensions, "", Cancellation);
        var reference = await new ReferenceEngine().CreateAsync(Key, dimensions, "", Cancellation);
        for (var written = 0; written < writes;)
        {
            var batch = Enumerable.Range(0, 1 + random.Next(300)).Select(_ => TestItems.Item(random, $"{random.Next(writes)}", dimensions)).ToList();
            var deleted = Enumerable.Range(0, random.Next(40)).Select(_ => $"{random.Next(writes)}").ToList();
            written += batch.Count;
            await collection.UpsertAsync(batch, Cancellation);
            await reference.UpsertAsync(batch, Cancellation);
            Assert.Equal(await reference.DeleteAsync(deleted, Cancellation), await collection.DeleteAsync(deleted, Cancellation));
            await CompareAsync(collection, reference, random, dimensions);
        }
    }

    [Fact]
    public async Task A_page_goes_on_behind_the_one_before_whatever_was_written_in_between()
    {
        var random = new Random(4);
        var collection = await Engine.CreateAsync(Key, 4, "", Cancellation);
        await collection.UpsertAsync([.. Enumerable.Range(0, 50).Select(i => TestItems.Item(random, $"{i}", 4))], Cancellation);

        var first = await collection.ScrollAsync(0, 20, null, withVectors: true, Cancellation);
        await collection.DeleteAsync(["3", "30"], Cancellation);
        await collection.UpsertAsync([TestItems.Item(random, "40", 4)], Cancellation);
        var rest = await collection.ScrollAsync(first.Last, 100, null, withVectors: false, Cancellation);

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), first.Items.Select(item => item.Id));
        Assert.Equal(Enumerable.Range(20, 30).Where(i => i is not (30 or 40)).Append(40).Select(i => $"{i}"), rest.Items.Select(item => item.Id));
        Assert.Equal((false, true), (first.Ended, rest.Ended));
    }

    [Fact]
    public async Task Of_equals_the_one_written_first_comes_first_and_of_one_id_twice_the_last_counts_in_the_first_ones_place()
    {
        var collection = await Engine.CreateAsync(Key, 4, "", Cancellation);
        var one = TestItems.Item(new Random(5), "0", 4);
        await collection.UpsertAsync([.. Enumerable.Range(0, 30).Select(i => one with { Id = $"{i}" }), one with { Id = "3", Payload = null }], Cancellation);

        var hits = await collection.FindNearestAsync(new NearestQuery(one.Vector, 10), Cancellation);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), hits.Select(hit => hit.Id));
        Assert.Null(hits[3].Payload);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"{i}"), (await collection.ScrollAsync(0, 100, null, withVectors: false, Cancellation)).Items.Select(item => item.Id));
    }

    [Fact]
    public async Task Many_writers_at_once_lose_nothing()
    {
        var collection = await Engine.CreateAsync(Key, 4, "", Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 32).Select(writer => Task.Run(
            async () =>
            {
                var random = new Random(writer);
                for (var i = 0; i < 10; i++)
                {
                    var id = $"{writer}-{i}";
                    await collection.UpsertAsync([TestItems.Item(random, id, 4), TestItems.Item(random, "shared", 4)], Cancellation);
                    Assert.Equal(id, Assert.Single(await collection.GetAsync([id], Cancellation)).Id);
                }
            },
            Cancellation)));

        Assert.Equal(321, await collection.CountAsync(null, Cancellation));
        Assert.Equal(321, Assert.Single(await Engine.ListAsync(Key.Tenant, Cancellation)).ItemCount);
    }

    [Fact]
    public async Task A_deleted_collection_is_not_found_and_one_of_its_name_begins_empty()
    {
        var collection = await Engine.CreateAsync(Key, 4, "", Cancellation);
        await collection.UpsertAsync([TestItems.Item(new Random(6), "a", 4)], Cancellation);
        await Engine.DeleteAsync(Key, Cancellation);

        Assert.Equal(ErrorReason.CollectionNotFound, (await Assert.ThrowsAsync<MeshException>(async () => await Engine.GetAsync(Key, Cancellation))).Reason);
        Assert.Equal(0, await (await Engine.CreateAsync(Key, 5, "", Cancellation)).CountAsync(null, Cancellation));
    }

    private protected static async Task CompareAsync(IItemCollection collection, IItemCollection reference, Random random, int dimensions)
    {
        Assert.Equal(await reference.CountAsync(null, Cancellation), await collection.CountAsync(null, Cancellation));
        for (var i = 0; i < 3; i++)
        {
            var filter = i == 0 ? null : TestItems.Filter(random);
            var query = new NearestQuery(TestItems.Vector(random, dimensions), 1 + random.Next(30), filter, random.Next(4) == 0 ? 0.1f : null);
            Same(await reference.FindNearestAsync(query, Cancellation), await collection.FindNearestAsync(query, Cancellation), $"{filter}");
            Assert.Equal(await reference.CountAsync(filter, Cancellation), await collection.CountAsync(filter, Cancellation));
        }

        var text = new TextQuery("red dog moon", random.Next(2) == 0 ? [] : ["title"], 10, random.Next(2) == 0 ? null : TestItems.Filter(random));
        var measured = await collection.MeasureTextAsync(text.Text, text.Fields, Cancellation);
        var expected = await reference.MeasureTextAsync(text.Text, text.Fields, Cancellation);
        Assert.Equal((expected.Items, expected.Words, string.Join(' ', expected.Having)), (measured.Items, measured.Words, string.Join(' ', measured.Having)));
        Same(await reference.FindTextAsync(text, Cancellation), await collection.FindTextAsync(text, Cancellation), $"{text}");
    }

    // Scores that differ by what floats round may change places.
    private static void Same(IReadOnlyList<Hit> expected, IReadOnlyList<Hit> found, string about)
    {
        Assert.True(expected.Count == found.Count, $"{found.Count} instead of {expected.Count} for {about}");
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-4));
        var doubtful = expected.Where(hit => expected[^1].Score > hit.Score - 1e-4).Select(hit => hit.Id).ToHashSet();
        Assert.Empty(expected.Select(hit => hit.Id).Except(doubtful).Except(found.Select(hit => hit.Id)));
    }
}

public sealed class ReferenceEngineTests : CollectionEngineContract
{
    private protected override ICollectionEngine Engine { get; } = new ReferenceEngine();
}
