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
    public async Task<int> CommitAsync(Func<SqliteConnection, SqliteTransaction, int> statements, CancellationToken cancellationToken)
    {
        var change = new Change(statements);
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

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing;
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
        using var transaction = connection.BeginTransaction(deferred: false);
        var results = batch.ConvertAll(change => change.Statements(connection, transaction));
        transaction.Commit();
        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].Committed.TrySetResult(results[i]);
        }
    }

    private sealed record Change(Func<SqliteConnection, SqliteTransaction, int> Statements)
    {
        public TaskCompletionSource<int> Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
