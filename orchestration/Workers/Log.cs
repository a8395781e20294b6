using Microsoft.Extensions.Logging;

namespace MultiModalMesh.Workers;

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Waiting for the cluster at '{Gateway}'")]
    public static partial void WaitingForCluster(ILogger logger, string gateway);

    [LoggerMessage(101, LogLevel.Error, "The cluster at '{Gateway}' did not answer within {Seconds} s")]
    public static partial void ClusterUnreachable(ILogger logger, string gateway, double seconds);

    [LoggerMessage(102, LogLevel.Warning, "Worker '{WorkerId}' cannot reach the worker directory and will try again: {Message}")]
    public static partial void HeartbeatFailed(ILogger logger, string workerId, string message);

    [LoggerMessage(103, LogLevel.Information, "Worker '{WorkerId}' is known to the mesh again")]
    public static partial void HeartbeatRecovered(ILogger logger, string workerId);

    [LoggerMessage(104, LogLevel.Information, "Worker '{WorkerId}' at '{Endpoint}' failed '{Capability}', trying another: {Message}")]
    public static partial void WorkerAvoided(ILogger logger, string workerId, string endpoint, string capability, string message);

    [LoggerMessage(105, LogLevel.Information, "Worker '{WorkerId}' has left the mesh and finishes {Calls} calls within {Seconds} s")]
    public static partial void Draining(ILogger logger, string workerId, int calls, double seconds);

    [LoggerMessage(106, LogLevel.Warning, "Worker '{WorkerId}' ended {Calls} calls that took longer, for their callers to go on with another worker")]
    public static partial void HandedOver(ILogger logger, string workerId, int calls);

    [LoggerMessage(107, LogLevel.Error, "'{Method}' of grain '{GrainId}' failed")]
    public static partial void GrainBroke(ILogger logger, Exception failure, string method, string grainId);
}
