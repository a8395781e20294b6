using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;

namespace MultiModalMesh.Retrieval.Storage;

/// <summary>A collection as the database has it.</summary>
internal sealed record StoredCollection(long RowId, CollectionKey Key, int Dimensions, string Model, DateTimeOffset CreatedAt);

/// <summary>
/// The durable side of the collections: one SQLite file, held by one process. A change that returned is on disk (WAL, synchronous=FULL).
/// Not safe for concurrent use; the catalog calls it from one writer at a time.
/// </summary>
internal sealed class RetrievalDatabase : IDisposable
{
    private const int SchemaVersion = 1;
    private const int SqliteBusy = 5;

    private readonly SqliteConnection _connection;

    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: in use by another process, written by a newer version, or unreadable.</exception>
    public RetrievalDatabase(string folder)
    {
        Path = System.IO.Path.Combine(folder, "collections.db");
        var settings = new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false, DefaultTimeout = 1, ForeignKeys = true };
        _connection = new SqliteConnection(settings.ToString());
        try
        {
            _connection.Open();

            // What is in memory would not follow another process's writes, so there must be none: the lock goes with the process.
            Execute("PRAGMA locking_mode = EXCLUSIVE");
            Execute("PRAGMA journal_mode = WAL");
            Execute("PRAGMA synchronous = FULL");
            Migrate();
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            throw new MeshException(
                ErrorReason.StorageFailed,
                e.SqliteErrorCode == SqliteBusy
                    ? $"'{Path}' is in use by another process; stop it, or give this one a Data:Path of its own."
                    : $"'{Path}' cannot be opened: {e.Message}",
                e);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public void Dispose() => _connection.Dispose();

    public List<StoredCollection> ReadCollections()
    {
        using var command = Command("SELECT id, tenant, name, dimensions, model, created_at FROM collections");
        using var reader = command.ExecuteReader();
        List<StoredCollection> collections = [];
        while (reader.Read())
        {
            collections.Add(new StoredCollection(
                reader.GetInt64(0),
                new CollectionKey(reader.GetString(1), reader.GetString(2)),
                reader.GetInt32(3),
                reader.GetString(4),
                DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5))));
        }

        return collections;
    }

    /// <summary>The collection's items in the order of their first writing.</summary>
    public IEnumerable<IndexedItem> ReadItems(long collection)
    {
        using var command = Command("SELECT id, vector, payload FROM items WHERE collection = $collection ORDER BY rowid", ("$collection", collection));
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var vector = MemoryMarshal.Cast<byte, float>(reader.GetFieldValue<byte[]>(1)).ToArray();
            yield return new IndexedItem(reader.GetString(0), vector, reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2));
        }
    }

    public StoredCollection CreateCollection(CollectionKey key, int dimensions, string model, DateTimeOffset now)
    {
        using var command = Command(
            "INSERT INTO collections (tenant, name, dimensions, model, created_at) VALUES ($tenant, $name, $dimensions, $model, $now) RETURNING id",
            ("$tenant", key.Tenant),
            ("$name", key.Name),
            ("$dimensions", dimensions),
            ("$model", model),
            ("$now", now.ToUnixTimeMilliseconds()));
        return new StoredCollection((long)command.ExecuteScalar()!, key, dimensions, model, DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()));
    }

    public void DeleteCollection(long collection)
    {
        using var command = Command("DELETE FROM collections WHERE id = $collection", ("$collection", collection));
        command.ExecuteNonQuery();
    }

    /// <summary>Writes all or none.</summary>
    public void UpsertItems(long collection, IReadOnlyList<IndexedItem> items)
    {
        using var transaction = _connection.BeginTransaction();
        using var command = Command(
            """
            INSERT INTO items (collection, id, vector, payload) VALUES ($collection, $id, $vector, $payload)
            ON CONFLICT (collection, id) DO UPDATE SET vector = excluded.vector, payload = excluded.payload
            """,
            ("$collection", collection));
        command.Transaction = transaction;
        var (id, vector, payload) = (command.Parameters.Add("$id", SqliteType.Text), command.Parameters.Add("$vector", SqliteType.Blob), command.Parameters.Add("$payload", SqliteType.Blob));
        foreach (var item in items)
        {
            id.Value = item.Id;
            vector.Value = MemoryMarshal.AsBytes(item.Vector.AsSpan()).ToArray();
            payload.Value = (object?)item.Payload ?? DBNull.Value;
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <summary>Deletes all or none.</summary>
    public void DeleteItems(long collection, IReadOnlyList<string> ids)
    {
        using var transaction = _connection.BeginTransaction();
        using var command = Command("DELETE FROM items WHERE collection = $collection AND id = $id", ("$collection", collection));
        command.Transaction = transaction;
        var id = command.Parameters.Add("$id", SqliteType.Text);
        foreach (var value in ids)
        {
            id.Value = value;
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private void Migrate()
    {
        using var command = Command("PRAGMA user_version");
        var version = (long)command.ExecuteScalar()!;
        if (version > SchemaVersion)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"'{Path}' has format {version}, this version of the mesh reads up to {SchemaVersion}; start the newer version.");
        }

        // Items keep a rowid: rows of several KiB are slow in a table that is its own index.
        Execute($"""
            BEGIN IMMEDIATE;
            CREATE TABLE IF NOT EXISTS collections (
                id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL, dimensions INTEGER NOT NULL,
                model TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (tenant, name));
            CREATE TABLE IF NOT EXISTS items (
                collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
                id TEXT NOT NULL, vector BLOB NOT NULL, payload BLOB, UNIQUE (collection, id));
            PRAGMA user_version = {SchemaVersion};
            COMMIT;
            """);
    }

    private void Execute(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    // The texts are constants of this file; values go through parameters.
#pragma warning disable CA2100
    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
#pragma warning restore CA2100
}
