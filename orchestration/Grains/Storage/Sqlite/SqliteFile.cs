using Microsoft.Data.Sqlite;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Storage.Sqlite;

/// <summary>The database file of the dialogues: how it is opened, what is in it, and what its failures mean.</summary>
internal sealed class SqliteFile : IDisposable
{
    /// <summary>Version of the tables. A file of a later version is refused, one of an earlier version is brought up to this one.</summary>
    public const int SchemaVersion = 1;

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS grain_state (
            state_name TEXT NOT NULL,
            grain_key TEXT NOT NULL,
            etag TEXT NOT NULL,
            format INTEGER NOT NULL,
            unfinished INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            state BLOB NOT NULL,
            PRIMARY KEY (state_name, grain_key));
        CREATE INDEX IF NOT EXISTS unfinished_state ON grain_state (state_name, grain_key) WHERE unfinished = 1;
        INSERT INTO schema_version (version) SELECT 1 WHERE NOT EXISTS (SELECT * FROM schema_version);
        """;

    private readonly string _path;
    private readonly string _connectionString;
    private readonly Lock _locking = new();
    private FileStream? _lock;

    public SqliteFile(string path)
    {
        _path = path;

        // No pool: a connection belongs to the writer or to the reader and lives as long as they do.
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false, DefaultTimeout = 10 }.ToString();
    }

    /// <summary>Opens the file and makes its tables if they are not there.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>.</exception>
    public SqliteConnection Open()
    {
        TakeLock();
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();

            // FULL: a commit returns when the log is on the disk, not when it is in the machine's cache. What is deleted or replaced is
            // overwritten with zeros; the log has it until it is emptied (see Scrub).
            Execute(connection, "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
            using var transaction = connection.BeginTransaction(deferred: false);
            Execute(connection, Schema);
            CheckVersion(connection);
            transaction.Commit();
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Failed("opened", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Moves the log into the file and cuts it to nothing, so that no earlier version of a page is left.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: somebody reads an earlier version.</exception>
    public void Scrub(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        if (command.ExecuteScalar() is not 0L)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"What was deleted is still in the log of '{_path}', because another program reads the file; it is tried again.");
        }
    }

    public MeshException Failed(string verb, SqliteException cause)
    {
        const int Corrupt = 11, Full = 13, NotADatabase = 26, ReadOnly = 8, CannotOpen = 14, Busy = 5;
        var why = cause.SqliteErrorCode switch
        {
            Full => "the disk is full; make room, and it goes on",
            Corrupt or NotADatabase => "the file is damaged; put back a copy, or move it away to begin anew",
            ReadOnly => "the file cannot be written; check who owns it",
            CannotOpen => "the file cannot be opened; check the folder and who owns it",
            Busy => "another process holds the file",
            _ => "the disk or the file refuses",
        };
        return new MeshException(ErrorReason.StorageFailed, $"The dialogues in '{_path}' could not be {verb}: {why}.", cause);
    }

    public void Dispose()
    {
        lock (_locking)
        {
            _lock?.Dispose();
            _lock = null;
        }
    }

    /// <summary>
    /// One process a file: two silos that know nothing of each other would both answer for a dialogue. The operating system's own lock, so
    /// it ends with the process, also after SIGKILL.
    /// </summary>
    private void TakeLock()
    {
        lock (_locking)
        {
            try
            {
                _lock ??= new FileStream(Path.ChangeExtension(_path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e)
            {
                throw new MeshException(
                    ErrorReason.StorageFailed,
                    $"The dialogues in '{_path}' belong to another process with the silo role ({e.Message.TrimEnd('.')}). Stop that one, choose another Data:Path, or keep them on a server "
                    + "(Cluster:Provider).",
                    e);
            }
            catch (UnauthorizedAccessException e)
            {
                throw new MeshException(ErrorReason.StorageFailed, $"The dialogues in '{_path}' could not be opened: the folder cannot be written; check who owns it.", e);
            }
        }
    }

    private void CheckVersion(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT version FROM schema_version";
        if (command.ExecuteScalar() is long version and not SchemaVersion)
        {
            throw new MeshException(
                ErrorReason.StorageFailed, $"The dialogues in '{_path}' are of version {version}, this program knows version {SchemaVersion}; use the program that wrote them, or a newer one.");
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
