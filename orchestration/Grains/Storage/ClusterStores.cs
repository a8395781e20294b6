using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage.PostgreSql;
using MultiModalMesh.Workers.Clustering;
using MultiModalMesh.Workers.Stores;
using Npgsql;
using StackExchange.Redis;

namespace MultiModalMesh.Grains.Storage;

/// <summary>Looks after the servers that a cluster stands on: those of <c>Cluster</c> and <c>Dialogues</c> in the configuration.</summary>
public static class ClusterStores
{
    /// <param name="configuration">As the silos have it.</param>
    /// <param name="make">Makes tables that are missing; false only looks.</param>
    /// <param name="cancellationToken">Tables are made whole or not at all.</param>
    /// <returns>One report per server.</returns>
    /// <exception cref="OptionsValidationException">The silos would refuse the configuration, too.</exception>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: a server cannot be used.</exception>
    public static async Task<IReadOnlyDictionary<string, StoreReport>> InspectAsync(IConfiguration configuration, bool make, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var cluster = configuration.GetSection(ClusterOptions.Section).Get<ClusterOptions>() ?? new ClusterOptions();
        if (cluster.Problems is { Count: > 0 } problems)
        {
            throw new OptionsValidationException(ClusterOptions.Section, typeof(ClusterOptions), problems);
        }

        var storage = configuration.GetSection(DialogueOptions.Section).Get<StorageOptions>() ?? new StorageOptions();
        storage.Complete(cluster);
        if (StorageOptionsValidator.ProblemOf(storage, cluster) is { } problem)
        {
            throw new OptionsValidationException(DialogueOptions.Section, typeof(StorageOptions), [problem]);
        }

        var reports = new Dictionary<string, StoreReport>(StringComparer.Ordinal);
        if (cluster.Provider == storage.Storage && cluster.ConnectionString == storage.ConnectionString)
        {
            await AddAsync("members and dialogues", cluster.Provider, cluster.ConnectionString, members: true, dialogues: true);
        }
        else
        {
            await AddAsync("members", cluster.Provider, cluster.ConnectionString, members: true, dialogues: false);
            await AddAsync("dialogues", storage.Storage, storage.ConnectionString, members: false, dialogues: true);
        }

        return reports;

        async Task AddAsync(string what, string kind, string connectionString, bool members, bool dialogues)
        {
            if (StoreKind.IsShared(kind))
            {
                reports[$"{what} ({kind})"] = kind == StoreKind.Redis
                    ? await InspectRedisAsync(connectionString)
                    : await InspectPostgreSqlAsync(connectionString, members, dialogues, make, cancellationToken);
            }
        }
    }

    private static async Task<StoreReport> InspectRedisAsync(string connectionString)
    {
        try
        {
            return await RedisServer.InspectAsync(connectionString);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"The Redis server cannot be used: {RedisServer.Explain(e, connectionString)}", e);
        }
    }

    private static async Task<StoreReport> InspectPostgreSqlAsync(string connectionString, bool members, bool dialogues, bool make, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = PostgreSqlServer.Open(connectionString);
            var report = await PostgreSqlServer.InspectAsync(source, cancellationToken);
            if (members)
            {
                if (make && await MembershipTables.CreateAsync(source, cancellationToken))
                {
                    report.Made.Add("tables of the cluster's members");
                }

                Add(await MembershipTables.ProblemAsync(source, cancellationToken), "tables of the cluster's members");
            }

            if (dialogues)
            {
                if (make && await StateTable.ProblemAsync(source, cancellationToken) is not null)
                {
                    await StateTable.CreateAsync(source, cancellationToken);
                    report.Made.Add("table of the dialogues");
                }

                Add(await StateTable.ProblemAsync(source, cancellationToken), "table of the dialogues");
            }

            return report;

            void Add(string? problem, string what)
            {
                if (problem is not null)
                {
                    report.Missing.Add(problem);
                }
                else if (!report.Made.Contains(what))
                {
                    report.Facts.Add($"{what}: there");
                }
            }
        }
        catch (NpgsqlException e)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"The PostgreSQL server cannot be used: {(e as PostgresException)?.MessageText ?? e.Message}", e);
        }
    }
}
