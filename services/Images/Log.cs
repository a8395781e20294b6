using Microsoft.Extensions.Logging;

namespace MultiModalMesh.Images;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "A picture could not be {Verb}: {Why}")]
    public static partial void StoreFailed(ILogger logger, string verb, string why);

    [LoggerMessage(2, LogLevel.Warning, "Pictures cannot be stored or read yet: {Why}")]
    public static partial void StoreUnavailable(ILogger logger, string why);
}
