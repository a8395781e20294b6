using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Search;

namespace MultiModalMesh.Retrieval.Tests.Search;

public sealed class VectorTableTests
{
    private const int Dimensions = 37;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(300, 37)]
    [InlineData(20_000, 256)] // enough for a scan by several cores
    public void A_search_is_exact(int count, int dimensions)
    {
        var random = new Random(1);
        var items = Enumerable.Range(0, count).Select(i => Random(random, $"{i}", dimensions)).ToArray();
        var table = new VectorTable(dimensions);
        foreach (var chunk in items.Chunk(256))
        {
            table.Publish(table.PrepareUpsert(chunk), []);
        }

        var query = Random(random, "query", dimensions).Vector;
        var hits = table.Current.Search(query, 50, null, Cancellation);

        Assert.Equal(BestByDouble(items, query, 50), hits.Select(hit => hit.Id));
    }

    [Fact]
    public void Replaced_and_deleted_items_never_come_back()
    {
        var random = new Random(2);
        var table = new VectorTable(Dimensions);
        var expected = new Dictionary<string, IndexedItem>();
        for (var round = 0; round < 60; round++)
        {
            var batch = Enumerable.Range(0, 200).Select(_ => Random(random, $"{random.Next(1500)}", Dimensions)).ToArray();
            table.Publish(table.PrepareUpsert(batch), []);
            foreach (var item in batch)
            {
                expected[item.Id] = item;
            }

            var deleted = expected.Keys.Where(_ => random.Next(10) == 0).ToList();
            table.Publish(table.PrepareDelete(deleted), deleted);
            deleted.ForEach(id => expected.Remove(id));

            var query = Random(random, "query", Dimensions).Vector;
            Assert.Equal(expected.Count, table.Current.LiveCount);
            Assert.Equal(BestByDouble(expected.Values, query, 20), table.Current.Search(query, 20, null, Cancellation).Select(hit => hit.Id));
        }

        Assert.True(table.Current.Count < 5000, $"12,000 rows were written and {table.Current.Count} are kept: dead ones must be dropped");
    }

    [Fact]
    public void A_change_that_is_not_published_is_not_found()
    {
        var random = new Random(3);
        var table = new VectorTable(Dimensions);
        var before = Random(random, "before", Dimensions);
        table.Publish(table.PrepareUpsert([before]), []);

        table.PrepareUpsert([Random(random, "lost", Dimensions)]);

        Assert.Equal(["before"], table.Current.Search(before.Vector, 10, null, Cancellation).Select(hit => hit.Id));
    }

    [Fact]
    public async Task Searches_see_whole_states_while_items_are_replaced()
    {
        // Every state holds each id once; a search that saw a replaced row and its successor would count more.
        const int Ids = 100;
        var table = new VectorTable(Dimensions);
        var random = new Random(4);
        IndexedItem[] Batch() => [.. Enumerable.Range(0, Ids).Select(i => Random(random, $"{i}", Dimensions))];
        table.Publish(table.PrepareUpsert(Batch()), []);
        var query = Random(random, "query", Dimensions).Vector;
        var writing = true;
        var reader = Task.Run(
            () =>
            {
                var searches = 0;
                while (Volatile.Read(ref writing) || searches == 0)
                {
                    var hits = table.Current.Search(query, Ids * 2, null, Cancellation);
                    Assert.Equal(Ids, hits.Select(hit => hit.Id).Distinct().Count());
                    Assert.Equal(Ids, hits.Count);
                    searches++;
                }
            },
            Cancellation);

        for (var round = 0; round < 300; round++)
        {
            table.Publish(table.PrepareUpsert(Batch()), []);
        }

        Volatile.Write(ref writing, false);
        await reader;
    }

    private static IndexedItem Random(Random random, string id, int dimensions)
    {
        var values = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }

        return new IndexedItem(id, IndexedItem.UnitVector(values, dimensions, "vector"), null);
    }

    private static IEnumerable<string> BestByDouble(IEnumerable<IndexedItem> items, float[] query, int limit) => items
        .OrderByDescending(item => item.Vector.Zip(query, (a, b) => (double)a * b).Sum())
        .Take(limit)
        .Select(item => item.Id);
}
