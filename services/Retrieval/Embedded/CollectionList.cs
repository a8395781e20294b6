using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Embedded;

/// <summary>
/// Which collections there are: one SQLite file, held by one process. Their items are in folders of their own, by the number that each has here.
/// A change that returned is on disk (WAL, synchronous=FULL). Not safe for concurrent use.
/// </summary>
internal sealed class CollectionList : IDisposable
{
    private const int SchemaVersion = 2;

    // A version before shards would take a part for the whole, so it is kept from opening one.
    private const int ShardedVersion = 3;
    private const int SqliteBusy = 5;

    private readonly SqliteConnection _connection;
    private int _version = SchemaVersion;

    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: in use by another process, written by a newer version, or unreadable.</exception>
    public CollectionList(string folder)
    {
        Path = System.IO.Path.Combine(folder, "collections.db");
        var settings = new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false, DefaultTimeout = 1, ForeignKeys = true };
        _connection = new SqliteConnection(settings.ToString());
        try
        {
            _connection.Open();

            // The folders' writer does not expect another one, so there must be none: the lock goes with the process.
            Execute("PRAGMA locking_mode = EXCLUSIVE");
            Execute("PRAGMA journal_mode = WAL");
            Execute("PRAGMA synchronous = FULL");

            // Names that were deleted are gone from the file, too.
            Execute("PRAGMA secure_delete = ON");
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

    /// <summary>Whether the items of a version before this one are still here; <see cref="DropOldItems"/> ends that.</summary>
    public bool HasOldItems { get; private set; }

    public List<(long RowId, CollectionInfo Info)> Read()
    {
        using var command = Command("SELECT id, tenant, name, dimensions, model, created_at FROM collections");
        using var reader = command.ExecuteReader();
        List<(long, CollectionInfo)> collections = [];
        while (reader.Read())
        {
            collections.Add((reader.GetInt64(0), new CollectionInfo(
                new CollectionKey(reader.GetString(1), reader.GetString(2)),
                reader.GetInt32(3),
                reader.GetString(4),
                DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)))));
        }

        return collections;
    }

    /// <summary>Records which shard this is, the first time and as long as there are no collections; refuses to be another one later.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: what is stored was placed for another number of shards, or for another one of them.</exception>
    public void Claim(ShardOptions wanted, int collections)
    {
        var (index, count) = ReadShard();
        if ((index, count) == (wanted.Index, wanted.Count))
        {
            return;
        }

        if (collections > 0)
        {
            throw new MeshException(
                ErrorReason.StorageFailed,
                $"'{Path}' holds {(count == 1 ? "whole collections" : $"shard {index} of {count} of its collections")}, but Retrieval:Shards asks for {(wanted.Count == 1 ? "whole ones" : $"shard {wanted.Index} of {wanted.Count}")}. "
                + $"Start it with Retrieval:Shards:Count={count} and Retrieval:Shards:Index={index}, or give it an empty Data:Path; "
                + "'mesh collections export' and 'import', or 'mesh collections copy', move items to another number of shards.");
        }

        _version = wanted.Count == 1 ? SchemaVersion : ShardedVersion;
        Execute($"""
            BEGIN IMMEDIATE;
            DELETE FROM shards;
            INSERT INTO shards (shard_index, shard_count) VALUES ({wanted.Index}, {wanted.Count});
            PRAGMA user_version = {(HasOldItems ? 1 : _version)};
            COMMIT;
            """);
    }

    /// <summary>A collection's items as a version before this one kept them, in the order of their first writing.</summary>
    public IEnumerable<IndexedItem> ReadOldItems(long collection)
    {
        using var command = Command("SELECT id, vector, payload FROM items WHERE collection = $collection ORDER BY rowid", ("$collection", collection));
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var vector = MemoryMarshal.Cast<byte, float>(reader.GetFieldValue<byte[]>(1)).ToArray();
            yield return new IndexedItem(reader.GetString(0), vector, reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2));
        }
    }

    /// <summary>After the items were copied and are on disk elsewhere.</summary>
    public void DropOldItems()
    {
        Execute($"BEGIN IMMEDIATE; DROP TABLE items; PRAGMA user_version = {_version}; COMMIT;");
        Execute("VACUUM");
        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        HasOldItems = false;
    }

    public (long RowId, CollectionInfo Info) Create(CollectionKey key, int dimensions, string model, DateTimeOffset now)
    {
        using var command = Command(
            "INSERT INTO collections (tenant, name, dimensions, model, created_at) VALUES ($tenant, $name, $dimensions, $model, $now) RETURNING id",
            ("$tenant", key.Tenant),
            ("$name", key.Name),
            ("$dimensions", dimensions),
            ("$model", model),
            ("$now", now.ToUnixTimeMilliseconds()));
        return ((long)command.ExecuteScalar()!, new CollectionInfo(key, dimensions, model, DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds())));
    }

    public void Delete(long collection)
    {
        using var command = Command("DELETE FROM collections WHERE id = $collection", ("$collection", collection));
        command.ExecuteNonQuery();
        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private (int Index, int Count) ReadShard()
    {
        using var command = Command("SELECT shard_index, shard_count FROM shards");
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetInt32(0), reader.GetInt32(1)) : (0, 1);
    }

    private void Migrate()
    {
        using var command = Command("PRAGMA user_version");
        var version = (long)command.ExecuteScalar()!;
        if (version > ShardedVersion)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"'{Path}' has format {version}, this version of the mesh reads up to {ShardedVersion}; start the newer version.");
        }

        HasOldItems = version == 1;
        _version = Math.Max(SchemaVersion, (int)version);
        Execute($"""
            BEGIN IMMEDIATE;
            CREATE TABLE IF NOT EXISTS collections (
                id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL, dimensions INTEGER NOT NULL,
                model TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (tenant, name));
            CREATE TABLE IF NOT EXISTS shards (shard_index INTEGER NOT NULL, shard_count INTEGER NOT NULL);
            PRAGMA user_version = {(HasOldItems ? 1 : _version)};
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
