using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Workers.Stores;
using Npgsql;
using StackExchange.Redis;

namespace MultiModalMesh.Workers.Clustering;

/// <summary>
/// Before anything starts: the server that keeps the list of members is there and has what Orleans needs. One that is still starting is
/// waited for; one that lacks its tables ends the start with the command that makes them.
/// </summary>
internal sealed class StoreGate(IOptions<ClusterOptions> options, TimeProvider time, ILogger<StoreGate> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(500);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var cluster = options.Value;
        var began = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await ProblemAsync(cluster, cancellationToken) is { } problem)
                {
                    throw new MeshException(ErrorReason.StorageFailed, problem);
                }

                return;
            }
            catch (Exception e) when (IsUnreachable(e) && time.GetElapsedTime(began) < cluster.ConnectTimeout)
            {
                if (attempt == 1)
                {
                    Log.WaitingForCluster(logger, cluster.MeetingPoint);
                }

                await Task.Delay(Delay, time, cancellationToken);
            }
            catch (Exception e) when (IsUnreachable(e) || e is PostgresException or RedisException)
            {
                var why = e is NpgsqlException ? e.Message : RedisServer.Explain(e, cluster.ConnectionString);
                throw new MeshException(ErrorReason.StorageFailed, $"The {cluster.Provider} server of Cluster:ConnectionString cannot be used: {why}", e);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task<string?> ProblemAsync(ClusterOptions cluster, CancellationToken cancellationToken)
    {
        if (cluster.Provider == StoreKind.Redis)
        {
            return (await RedisServer.InspectAsync(cluster.ConnectionString)).Missing.FirstOrDefault();
        }

        if (cluster.Provider == StoreKind.PostgreSql)
        {
            await using var source = PostgreSqlServer.Open(cluster.ConnectionString);
            return await MembershipTables.ProblemAsync(source, cancellationToken) is { } missing
                ? $"{missing} Run '{PostgreSqlServer.InitCommand}' with the same Cluster:Provider and Cluster:ConnectionString once."
                : null;
        }

        return null;
    }

    // A server that answers and refuses (a wrong password, no such database) is there; waiting would not help.
    private static bool IsUnreachable(Exception error) => error is RedisConnectionException or RedisTimeoutException or TimeoutException
        || (error is NpgsqlException && (error is not PostgresException refused || refused.SqlState == PostgresErrorCodes.CannotConnectNow));
}
