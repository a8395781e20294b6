using Microsoft.Extensions.Logging;

namespace MultiModalMesh.ModelHosting;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Model pack '{Pack}' loaded from '{Directory}'")]
    public static partial void PackLoaded(ILogger logger, string pack, string directory);

    [LoggerMessage(2, LogLevel.Error, "Model pack '{Pack}' does not serve: {Why}")]
    public static partial void PackBroken(ILogger logger, string pack, string why);

    [LoggerMessage(10, LogLevel.Information, "{Description}")]
    public static partial void RunsOn(ILogger logger, string description);

    [LoggerMessage(11, LogLevel.Warning, "Models run on '{Device}', not on '{Wanted}': {Why}")]
    public static partial void FellBack(ILogger logger, string device, string wanted, string why);
}
