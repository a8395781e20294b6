using Microsoft.Extensions.Logging;

namespace MultiModalMesh.ModelHosting;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Model pack '{Pack}' loaded from '{Directory}'")]
    public static partial void PackLoaded(ILogger logger, string pack, string directory);

    [LoggerMessage(2, LogLevel.Error, "Model pack '{Pack}' does not serve as it should: {Why}")]
    public static partial void PackBroken(ILogger logger, string pack, string why);

    [LoggerMessage(3, LogLevel.Information, "Model pack '{Pack}' is offered from '{Directory}'")]
    public static partial void PackOffered(ILogger logger, string pack, string directory);

    [LoggerMessage(4, LogLevel.Information, "Model pack '{Pack}' unloaded: {Why}")]
    public static partial void PackUnloaded(ILogger logger, string pack, string why);

    [LoggerMessage(5, LogLevel.Warning, "Model pack '{Pack}' is gone from '{Directory}'")]
    public static partial void PackRemoved(ILogger logger, string pack, string directory);

    [LoggerMessage(6, LogLevel.Error, "Looking through the folders of model packs failed")]
    public static partial void ReviewFailed(ILogger logger, Exception failure);

    [LoggerMessage(10, LogLevel.Information, "{Description}")]
    public static partial void RunsOn(ILogger logger, string description);

    [LoggerMessage(11, LogLevel.Warning, "Models run on '{Device}', not on '{Wanted}': {Why}")]
    public static partial void FellBack(ILogger logger, string device, string wanted, string why);
}
