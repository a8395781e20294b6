using Microsoft.Extensions.Logging;

namespace MultiModalMesh.ServiceDefaults;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Call '{Method}' was refused with '{Reason}': {Message}")]
    public static partial void Refused(ILogger logger, string method, string reason, string message, Exception? cause);

    [LoggerMessage(2, LogLevel.Error, "Call '{Method}' failed")]
    public static partial void Failed(ILogger logger, Exception error, string method);

    [LoggerMessage(3, LogLevel.Information, "Listening on '{Address}'")]
    public static partial void Listening(ILogger logger, string address);
}
