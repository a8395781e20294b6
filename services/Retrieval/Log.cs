namespace MultiModalMesh.Retrieval;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Opened '{Collections}' collections with '{Items}' items")]
    public static partial void Loaded(ILogger logger, int collections, long items);

    [LoggerMessage(2, LogLevel.Error, "The collection '{Collection}' is not served: {Reason}")]
    public static partial void Broken(ILogger logger, string collection, string reason);

    [LoggerMessage(3, LogLevel.Error, "What was deleted from the collection '{Collection}' is still on the disk; it is tried again")]
    public static partial void CompactionFailed(ILogger logger, Exception failure, string collection);

    [LoggerMessage(4, LogLevel.Warning, "It is not known who else keeps collections in this mesh: {Message}")]
    public static partial void NeighboursUnknown(ILogger logger, string message);

    [LoggerMessage(5, LogLevel.Warning, "The collections' database did not make its indexes; searches go on without, and it is tried again")]
    public static partial void IndexFailed(ILogger logger, Exception failure);
}
