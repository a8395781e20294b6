using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Storage;
using Orleans.Runtime;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Tests.Storage;

public sealed class DurableStateTests
{
    private readonly ForgetfulStore _store = new();

    [Fact]
    public async Task A_record_of_a_later_format_is_refused()
    {
        _store.Record = new StoredRecord("e", StateFormat.Json + 1, false, 1, "{}"u8.ToArray());

        var error = await Assert.ThrowsAsync<MeshException>(() => Open().LoadAsync());

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
        Assert.Contains($"format {StateFormat.Json + 1}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_whose_answer_got_lost_is_found_to_be_done()
    {
        using var state = Open();
        await state.LoadAsync();
        _store.Lose = Loss.Answer;
        await Assert.ThrowsAsync<MeshException>(() => state.CommitAsync(note => note with { Text = "one" }));

        await state.LoadAsync();

        Assert.Equal("one", state.Current.Text);
        await state.CommitAsync(note => note with { Text = $"{note.Text} two" });
        Assert.Equal("one two", (await ReadAsync()).Text);
    }

    [Fact]
    public async Task A_write_that_got_lost_on_its_way_is_found_not_to_be_done()
    {
        using var state = Open();
        await state.LoadAsync();
        _store.Lose = Loss.Request;
        await Assert.ThrowsAsync<MeshException>(() => state.CommitAsync(note => note with { Text = "one" }));

        await state.CommitAsync(note => note with { Text = $"{note.Text}two" });

        Assert.Equal("two", (await ReadAsync()).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deletion_whose_outcome_was_open_is_settled(bool done)
    {
        using var state = Open();
        await state.CommitAsync(note => note with { Text = "one" });
        _store.Lose = done ? Loss.Answer : Loss.Request;
        await Assert.ThrowsAsync<MeshException>(() => state.ClearAsync(_ => true));

        await state.LoadAsync();

        Assert.Equal(done ? "" : "one", state.Current.Text);
    }

    [Fact]
    public async Task Who_was_overtaken_answers_nothing_more()
    {
        using var state = Open();
        await state.CommitAsync(note => note with { Text = "mine" });
        _store.Record = _store.Record! with { ETag = "theirs" };

        await Assert.ThrowsAsync<InconsistentStateException>(() => state.CommitAsync(note => note with { Text = "mine again" }));

        await Assert.ThrowsAsync<InconsistentStateException>(state.LoadAsync);
        await Assert.ThrowsAsync<InconsistentStateException>(() => state.ClearAsync(_ => true));
        Assert.Throws<InconsistentStateException>(state.ThrowIfOvertaken);
    }

    [Fact]
    public async Task Who_was_overtaken_while_an_outcome_was_open_answers_nothing_more()
    {
        using var state = Open();
        await state.CommitAsync(note => note with { Text = "mine" });
        _store.Lose = Loss.Request;
        await Assert.ThrowsAsync<MeshException>(() => state.CommitAsync(note => note with { Text = "mine again" }));
        _store.Record = _store.Record! with { ETag = "theirs" };

        await Assert.ThrowsAsync<InconsistentStateException>(state.LoadAsync);
    }

    private DurableState<Note> Open() => new(_store, "note", GrainId.Create("note", "a"), TimeProvider.System);

    private async Task<Note> ReadAsync()
    {
        using var state = Open();
        await state.LoadAsync();
        return state.Current;
    }

    internal sealed record Note
    {
        public string Text { get; init; } = "";
    }

    private enum Loss
    {
        None,
        Request,
        Answer,
    }

    /// <summary>Loses one request or one answer on demand.</summary>
    private sealed class ForgetfulStore : IStateStore
    {
        public StoredRecord? Record { get; set; }

        public Loss Lose { get; set; }

        public Task<StoredRecord?> ReadAsync(RecordKey key) => Task.FromResult(Record);

        public Task<bool> WriteAsync(RecordKey key, StoredRecord record, string? expectedETag) => ChangeAsync(record, expectedETag);

        public Task<bool> DeleteAsync(RecordKey key, string expectedETag) => ChangeAsync(null, expectedETag);

        public Task<IReadOnlyList<string>> ListUnfinishedAsync(string stateName, int limit, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public Task<IReadOnlySet<string>> FindMentionedAsync(string stateName, string keyPrefix, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlySet<string>>(new HashSet<string>());

        public Task ScrubAsync() => Task.CompletedTask;

        private Task<bool> ChangeAsync(StoredRecord? record, string? expectedETag)
        {
            var (loss, won) = (Lose, Record?.ETag == expectedETag);
            Lose = Loss.None;
            if (won && loss != Loss.Request)
            {
                Record = record;
            }

            return loss == Loss.None ? Task.FromResult(won) : Task.FromException<bool>(new MeshException(ErrorReason.StorageFailed, "lost"));
        }
    }
}
