using Microsoft.Extensions.Logging;

namespace MultiModalMesh.Gateway;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "'{Method} {Path}' was refused with '{Reason}': {Message}")]
    public static partial void Refused(ILogger logger, string method, string path, string reason, string message, Exception? cause);

    [LoggerMessage(2, LogLevel.Error, "'{Method} {Path}' failed")]
    public static partial void Failed(ILogger logger, Exception error, string method, string path);

    [LoggerMessage(3, LogLevel.Warning, "The silo of dialogue '{Dialogue}' went away; turn '{Turn}' is watched again from event {Sequence} on: {Message}")]
    public static partial void Resubscribing(ILogger logger, string dialogue, string turn, int sequence, string message);
}
