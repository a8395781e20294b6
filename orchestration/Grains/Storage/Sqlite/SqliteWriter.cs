using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Storage.Sqlite;

/// <summary>
/// The only writer of the file. Changes that wait together are committed together: one flush to disk for all of them, so a hundred
/// dialogues cost hardly more than one.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MaxBatch = 128;

    private readonly SqliteFile _file;

    // Full: the caller waits, which slows the acknowledgement of turns instead of growing memory.
    private readonly Channel<Change> _queue = Channel.CreateBounded<Change>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly Task _writing;

    public SqliteWriter(SqliteFile file)
    {
        _file = file;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Runs statements within the next commit and returns their result when it is on disk.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: nothing was written.</exception>
    public Task<int> CommitAsync(Func<SqliteConnection, SqliteTransaction, int> statements, CancellationToken cancellationToken) =>
        RunAsync(new Change(statements), cancellationToken);

    /// <summary>See <see cref="SqliteFile.Scrub"/>; covers every change that was committed before.</summary>
    public Task ScrubAsync() => RunAsync(new Change(null), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing;
    }

    private async Task<int> RunAsync(Change change, CancellationToken cancellationToken)
    {
        try
        {
            await _queue.Writer.WriteAsync(change, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new MeshException(ErrorReason.StorageFailed, "This process is shutting down and writes nothing more.");
        }

        return await change.Committed.Task;
    }

    private async Task WriteAsync()
    {
        SqliteConnection? connection = null;
        List<Change> batch = [];
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var change))
            {
                batch.Add(change);
            }

            try
            {
                connection ??= _file.Open();
                Commit(connection, batch);
                Scrub(connection, batch);
            }
            catch (Exception e)
            {
                var failure = e switch
                {
                    SqliteException sqlite => _file.Failed("written", sqlite),
                    _ => e,
                };
                batch.ForEach(change => change.Committed.TrySetException(failure));

                // After a full disk or a damaged page the next attempt begins with a fresh look at the file.
                connection?.Dispose();
                connection = null;
            }

            batch.Clear();
        }

        connection?.Dispose();
    }

    private static void Commit(SqliteConnection connection, List<Change> batch)
    {
        var changes = batch.FindAll(change => change.Statements is not null);
        if (changes.Count == 0)
        {
            return;
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        var results = changes.ConvertAll(change => change.Statements!(connection, transaction));
        transaction.Commit();
        for (var i = 0; i < changes.Count; i++)
        {
            changes[i].Committed.TrySetResult(results[i]);
        }
    }

    private void Scrub(SqliteConnection connection, List<Change> batch)
    {
        var waiting = batch.FindAll(change => change.Statements is null);
        if (waiting.Count > 0)
        {
            _file.Scrub(connection);
            waiting.ForEach(change => change.Committed.TrySetResult(0));
        }
    }

    /// <param name="Statements">Null: no change, but <see cref="SqliteFile.Scrub"/> behind those of the batch.</param>
    private sealed record Change(Func<SqliteConnection, SqliteTransaction, int>? Statements)
    {
        public TaskCompletionSource<int> Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
