using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;
using Npgsql;

namespace MultiModalMesh.Retrieval.PostgreSql;

/// <summary>
/// Collections in PostgreSQL with pgvector: two tables for each, its items and their words. Any number of retrieval services may use one database. Nearest
/// items are exact up to <see cref="PostgreSqlOptions.IndexFrom"/> items; beyond, an HNSW index finds nearly all of them.
/// </summary>
internal sealed class PostgreSqlEngine(PostgreSqlDatabase database, IOptions<RetrievalOptions> options, TimeProvider time) : ICollectionEngine
{
    private const string Columns = "id, tenant, name, dimensions, model, created_at, item_count";

    public async ValueTask<IItemCollection> GetAsync(CollectionKey key, CancellationToken cancellationToken) =>
        await FindAsync(key, cancellationToken) ?? throw CollectionErrors.NotFound(key.Name);

    public async Task<IReadOnlyList<CollectionSummary>> ListAsync(string tenant, CancellationToken cancellationToken) =>
        [.. (await ReadAsync("WHERE tenant = @tenant", [new("tenant", tenant)], cancellationToken)).Select(row => new CollectionSummary(row.Collection.Info, row.Items))];

    public async Task<IItemCollection> CreateAsync(CollectionKey key, int dimensions, string model, CancellationToken cancellationToken)
    {
        if (await FindAsync(key, cancellationToken) is null)
        {
            await database.UseAsync(connection => MakeAsync(connection, key, dimensions, model, cancellationToken), cancellationToken);
        }

        var there = await GetAsync(key, cancellationToken);
        return there.Info.Dimensions == dimensions && there.Info.Model == model ? there : throw CollectionErrors.Exists(there.Info, dimensions, model);
    }

    public Task DeleteAsync(CollectionKey key, CancellationToken cancellationToken) => database.UseAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var remove = new NpgsqlCommand("DELETE FROM mesh_collections WHERE tenant = @tenant AND name = @name RETURNING id", connection, transaction);
            remove.Parameters.AddWithValue("tenant", key.Tenant);
            remove.Parameters.AddWithValue("name", key.Name);
            if (await remove.ExecuteScalarAsync(cancellationToken) is long id)
            {
                await using var drop = new NpgsqlCommand($"DROP TABLE {PostgreSqlCollection.WordsTable(id)}, {PostgreSqlCollection.ItemsTable(id)}", connection, transaction);
                await drop.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return 0;
        },
        cancellationToken);

    public async Task<IReadOnlyList<string>> FindUsedPicturesAsync(string tenant, IReadOnlyList<string> imageIds, CancellationToken cancellationToken)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (collection, _) in await ReadAsync("WHERE tenant = @tenant", [new("tenant", tenant)], cancellationToken))
        {
            used.UnionWith(await collection.FindUsedPicturesAsync([.. imageIds.Where(id => !used.Contains(id))], cancellationToken));
        }

        return [.. imageIds.Where(used.Contains)];
    }

    /// <summary>Makes the indexes that collections have grown into.</summary>
    public async Task MakeIndexesAsync(CancellationToken cancellationToken)
    {
        foreach (var (collection, _) in await ReadAsync("", [], cancellationToken))
        {
            await collection.MakeIndexAsync(cancellationToken);
        }
    }

    private async Task<PostgreSqlCollection?> FindAsync(CollectionKey key, CancellationToken cancellationToken) =>
        (await ReadAsync("WHERE tenant = @tenant AND name = @name", [new("tenant", key.Tenant), new("name", key.Name)], cancellationToken)).SingleOrDefault().Collection;

    private Task<List<(PostgreSqlCollection Collection, long Items)>> ReadAsync(string where, NpgsqlParameter[] parameters, CancellationToken cancellationToken) => database.UseAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand($"SELECT {Columns} FROM mesh_collections {where}", connection);
            command.Parameters.AddRange(parameters);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var collections = new List<(PostgreSqlCollection, long)>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var info = new CollectionInfo(new CollectionKey(reader.GetString(1), reader.GetString(2)), reader.GetInt32(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5));
                collections.Add((new PostgreSqlCollection(database, options.Value.PostgreSql, reader.GetInt64(0), info), reader.GetInt64(6)));
            }

            return collections;
        },
        cancellationToken);

    // One that another service makes at the same time is theirs.
    private async Task<int> MakeAsync(NpgsqlConnection connection, CollectionKey key, int dimensions, string model, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Two that make one at the same time would both find room for it.
        await using var count = new NpgsqlCommand("LOCK TABLE mesh_collections IN SHARE ROW EXCLUSIVE MODE; SELECT count(*) FROM mesh_collections", connection, transaction);
        if ((long)(await count.ExecuteScalarAsync(cancellationToken))! >= options.Value.MaxCollections)
        {
            throw CollectionErrors.TooMany(options.Value.MaxCollections);
        }

        await using var insert = new NpgsqlCommand(
            "INSERT INTO mesh_collections (tenant, name, dimensions, model, created_at) VALUES (@tenant, @name, @dimensions, @model, @created) ON CONFLICT DO NOTHING RETURNING id", connection, transaction);
        insert.Parameters.AddWithValue("tenant", key.Tenant);
        insert.Parameters.AddWithValue("name", key.Name);
        insert.Parameters.AddWithValue("dimensions", dimensions);
        insert.Parameters.AddWithValue("model", model);
        insert.Parameters.AddWithValue("created", time.GetUtcNow());
        if (await insert.ExecuteScalarAsync(cancellationToken) is long id)
        {
            await using var make = new NpgsqlCommand(PostgreSqlCollection.Schema(id, dimensions), connection, transaction);
            await make.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return 0;
    }
}
