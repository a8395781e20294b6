using MultiModalMesh.Errors;

namespace MultiModalMesh.Retrieval.PostgreSql;

/// <summary>Prepares the database before the process takes calls, and makes indexes when collections have grown.</summary>
internal sealed class PostgreSqlUpkeep(PostgreSqlDatabase database, PostgreSqlEngine engine, TimeProvider time, ILogger<PostgreSqlUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await database.PrepareAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await engine.MakeIndexesAsync(stoppingToken);
                }
                catch (MeshException failure)
                {
                    // Searches go on without the index; it is tried again.
                    Log.IndexFailed(logger, failure);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }
}
