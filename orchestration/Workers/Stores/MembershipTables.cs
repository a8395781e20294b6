using Npgsql;

namespace MultiModalMesh.Workers.Stores;

/// <summary>The tables of a cluster's members in PostgreSQL.</summary>
public static class MembershipTables
{
    private static readonly string[] Queries =
    [
        "InsertMembershipVersionKey", "InsertMembershipKey", "UpdateMembershipKey", "UpdateIAmAlivetimeKey", "MembershipReadRowKey",
        "MembershipReadAllKey", "GatewaysQueryKey", "DeleteMembershipTableEntriesKey", "CleanupDefunctSiloEntriesKey",
    ];

    /// <returns>What is missing as one sentence, or null. Tables made by Orleans' own scripts will do, too.</returns>
    public static async Task<string?> ProblemAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var there = await QueriesThereAsync(source, cancellationToken);
        return Queries.Except(there, StringComparer.Ordinal).ToArray() switch
        {
            [] => null,
            var missing when missing.Length == Queries.Length => "The tables of the cluster's members are missing.",
            var missing => $"The table OrleansQuery lacks {string.Join(", ", missing)}: it was made by another version of Orleans' scripts; bring it up to date with theirs.",
        };
    }

    /// <summary>Makes the tables if there are none of the kind.</summary>
    /// <returns>False if they were there.</returns>
    public static async Task<bool> CreateAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        if ((await QueriesThereAsync(source, cancellationToken)).Intersect(Queries, StringComparer.Ordinal).Any())
        {
            return false;
        }

        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var stream = typeof(MembershipTables).Assembly.GetManifestResourceStream("Membership.sql")!;
        using var reader = new StreamReader(stream);
        await using var command = new NpgsqlCommand(await reader.ReadToEndAsync(cancellationToken), connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task<IReadOnlyList<string>> QueriesThereAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        List<string> there = [];
        try
        {
            await using var command = source.CreateCommand("SELECT QueryKey FROM OrleansQuery");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                there.Add(reader.GetString(0));
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
        }

        return there;
    }
}
