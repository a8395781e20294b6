using System.Text;
using MultiModalMesh.Grains.Storage;

namespace MultiModalMesh.Grains.Tests.Storage;

/// <summary>What every store promises.</summary>
public abstract class StateStoreContract
{
    // A name of its own for each test, because they share a server.
    private readonly string _name = $"note-{Guid.NewGuid():N}";

    private protected abstract IStateStore Store { get; }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_written_is_read()
    {
        var written = Record("häßlich \u0001 \0 🐈", updatedAt: 1_790_000_000_123);
        Assert.True(await Store.WriteAsync(Key("a/b c"), written, null));

        var read = await Store.ReadAsync(Key("a/b c"));

        Assert.Equal(written with { State = [] }, read! with { State = [] });
        Assert.Equal(written.State, read.State);
    }

    [Fact]
    public async Task A_large_state_is_read_as_it_was_written()
    {
        var state = new byte[4 * 1024 * 1024];
        new Random(1).NextBytes(state);
        Assert.True(await Store.WriteAsync(Key("large"), Record() with { State = state }, null));

        Assert.Equal(state, (await Store.ReadAsync(Key("large")))!.State);
    }

    [Fact]
    public async Task What_was_never_written_is_not_there() => Assert.Null(await Store.ReadAsync(Key("nobody")));

    [Fact]
    public async Task Of_two_writers_that_read_the_same_the_second_is_refused_and_changes_nothing()
    {
        var (first, one, other) = (Record("0"), Record("1"), Record("2"));
        Assert.True(await Store.WriteAsync(Key("a"), first, null));
        Assert.True(await Store.WriteAsync(Key("a"), one, first.ETag));

        Assert.False(await Store.WriteAsync(Key("a"), other, first.ETag));
        Assert.False(await Store.DeleteAsync(Key("a"), first.ETag));
        Assert.Equal(one.ETag, (await Store.ReadAsync(Key("a")))!.ETag);
    }

    [Fact]
    public async Task Of_two_writers_that_both_found_nothing_the_second_is_refused()
    {
        Assert.True(await Store.WriteAsync(Key("a"), Record(), null));

        Assert.False(await Store.WriteAsync(Key("a"), Record(), null));
    }

    [Fact]
    public async Task A_writer_from_before_a_deletion_cannot_overwrite_what_came_after_it()
    {
        var (old, next) = (Record("old"), Record("new"));
        Assert.True(await Store.WriteAsync(Key("a"), old, null));
        Assert.True(await Store.DeleteAsync(Key("a"), old.ETag));
        Assert.Null(await Store.ReadAsync(Key("a")));
        Assert.False(await Store.WriteAsync(Key("a"), Record("late"), old.ETag));
        Assert.True(await Store.WriteAsync(Key("a"), next, null));

        Assert.False(await Store.WriteAsync(Key("a"), Record("late"), old.ETag));
        Assert.Equal(next.ETag, (await Store.ReadAsync(Key("a")))!.ETag);
    }

    [Fact]
    public async Task Of_many_writers_at_once_exactly_one_wins()
    {
        var etag = (string?)null;
        for (var round = 0; round < 20; round++)
        {
            var records = Enumerable.Range(0, 16).Select(i => Record($"{i}")).ToArray();
            var won = await Task.WhenAll(records.Select(record => Store.WriteAsync(Key("a"), record, etag)));

            var winner = Assert.Single(records.Zip(won), pair => pair.Second).First;
            Assert.Equal(winner.ETag, (await Store.ReadAsync(Key("a")))!.ETag);
            etag = winner.ETag;
        }
    }

    [Fact]
    public async Task Unfinished_work_is_listed_as_long_as_it_is_unfinished_and_the_longest_waiting_first()
    {
        var (finished, deleted) = (Record(unfinished: true, updatedAt: 1), Record(unfinished: true, updatedAt: 2));
        await Store.WriteAsync(Key("finished"), finished, null);
        await Store.WriteAsync(Key("deleted"), deleted, null);
        await Store.WriteAsync(Key("young"), Record(unfinished: true, updatedAt: 40), null);
        await Store.WriteAsync(Key("old"), Record(unfinished: true, updatedAt: 3), null);
        await Store.WriteAsync(Key("never"), Record(), null);
        await Store.WriteAsync(Key("finished"), Record(), finished.ETag);
        await Store.DeleteAsync(Key("deleted"), deleted.ETag);

        Assert.Equal(["old", "young"], await Store.ListUnfinishedAsync(_name, 10, Cancellation));
        Assert.Equal(["old"], await Store.ListUnfinishedAsync(_name, 1, Cancellation));
        Assert.Empty(await Store.ListUnfinishedAsync("other", 10, Cancellation));
    }

    [Fact]
    public async Task A_refused_write_leaves_the_list_of_unfinished_work_alone()
    {
        var waiting = Record(unfinished: true);
        await Store.WriteAsync(Key("a"), waiting, null);

        Assert.False(await Store.WriteAsync(Key("a"), Record(), "another"));
        Assert.Equal(["a"], await Store.ListUnfinishedAsync(_name, 10, Cancellation));
    }

    [Fact]
    public async Task Texts_are_found_in_the_records_below_a_prefix_and_nowhere_else()
    {
        var gone = Record("has gone");
        await Store.WriteAsync(Key("ours/a"), Record("\u0001 one *"), null);
        await Store.WriteAsync(Key("ours/b"), Record("two"), null);
        await Store.WriteAsync(Key("ours-too/b"), Record("three"), null);
        await Store.WriteAsync(Key("ours/gone"), gone, null);
        await Store.DeleteAsync(Key("ours/gone"), gone.ETag);

        Assert.Equal(["one", "two"], (await Store.FindMentionedAsync(_name, "ours/", ["one", "two", "three", "gone", "four"], Cancellation)).Order());
        Assert.Empty(await Store.FindMentionedAsync(_name, "our*", ["one"], Cancellation));
        Assert.Empty(await Store.FindMentionedAsync("other", "ours/", ["one"], Cancellation));
    }

    private protected RecordKey Key(string key) => new(_name, key);

    private protected static StoredRecord Record(string text = "", bool unfinished = false, long updatedAt = 7) =>
        new(Guid.NewGuid().ToString("N"), StateFormat.Json, unfinished, updatedAt, Encoding.UTF8.GetBytes(text));
}
