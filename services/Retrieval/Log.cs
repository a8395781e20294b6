namespace MultiModalMesh.Retrieval;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Loaded '{Collections}' collections with '{Items}' items")]
    public static partial void Loaded(ILogger logger, int collections, long items);
}
