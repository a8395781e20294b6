using Microsoft.Extensions.Logging;

namespace MultiModalMesh.Grains;

internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Information, "{Count} unfinished records of '{Kind}' go on")]
    public static partial void Resuming(ILogger logger, int count, string kind);

    [LoggerMessage(201, LogLevel.Warning, "'{Key}' could not be woken and will be again: {Message}")]
    public static partial void CannotResume(ILogger logger, string key, string message);

    [LoggerMessage(202, LogLevel.Error, "Unfinished dialogues and jobs cannot be looked for: {Message}")]
    public static partial void CannotSweep(ILogger logger, string message);

    [LoggerMessage(203, LogLevel.Error, "Dialogue '{Dialogue}' cannot be read: {Message}")]
    public static partial void CannotLoad(ILogger logger, string dialogue, string message);

    [LoggerMessage(204, LogLevel.Error, "Dialogue '{Dialogue}' cannot write turn '{TurnId}' and will try again: {Message}")]
    public static partial void CannotWrite(ILogger logger, string dialogue, string turnId, string message);

    [LoggerMessage(205, LogLevel.Warning, "Dialogue '{Dialogue}' was changed by another activation, this one ends: {Message}")]
    public static partial void Overtaken(ILogger logger, string dialogue, string message);

    [LoggerMessage(206, LogLevel.Warning, "The list of dialogues could not be told of '{Dialogue}': {Message}")]
    public static partial void CannotList(ILogger logger, string dialogue, string message);

    [LoggerMessage(207, LogLevel.Information, "Turn '{TurnId}' of '{Dialogue}' waits ({Reason}): {Message}")]
    public static partial void TurnWaits(ILogger logger, string dialogue, string turnId, string reason, string message);

    [LoggerMessage(208, LogLevel.Warning, "Turn '{TurnId}' failed with '{Reason}': {Message}")]
    public static partial void TurnFailed(ILogger logger, string turnId, string reason, string message);

    [LoggerMessage(209, LogLevel.Error, "Turn '{TurnId}' of '{Dialogue}' broke")]
    public static partial void TurnBroke(ILogger logger, Exception error, string dialogue, string turnId);

    [LoggerMessage(210, LogLevel.Error, "The work on dialogue '{Dialogue}' broke; it begins anew from what is on disk")]
    public static partial void PumpBroke(ILogger logger, Exception error, string dialogue);

    [LoggerMessage(211, LogLevel.Warning, "What the deleted dialogue '{Dialogue}' left is not erased yet and will be tried again: {Message}")]
    public static partial void CannotErase(ILogger logger, string dialogue, string message);

    [LoggerMessage(212, LogLevel.Information, "'{Key}' is erased, and {Pictures} pictures that nothing else uses")]
    public static partial void Erased(ILogger logger, string key, int pictures);

    [LoggerMessage(213, LogLevel.Warning, "Dialogue '{Dialogue}' could not be compacted: {Message}")]
    public static partial void CannotCompact(ILogger logger, string dialogue, string message);

    [LoggerMessage(214, LogLevel.Warning, "The list of dialogues of '{User}' could not be written and will be tried again: {Message}")]
    public static partial void CannotWriteList(ILogger logger, string user, string message);

    [LoggerMessage(216, LogLevel.Warning, "This silo stood still and is '{Status}' in the list of members by now; it answers nothing more")]
    public static partial void GivenUp(ILogger logger, string status);

    [LoggerMessage(220, LogLevel.Error, "Job '{Job}' cannot be read: {Message}")]
    public static partial void CannotLoadJob(ILogger logger, string job, string message);

    [LoggerMessage(221, LogLevel.Error, "Job '{Job}' cannot be written and will be tried again: {Message}")]
    public static partial void CannotWriteJob(ILogger logger, string job, string message);

    [LoggerMessage(222, LogLevel.Warning, "Job '{Job}' was changed by another activation, this one ends: {Message}")]
    public static partial void JobOvertaken(ILogger logger, string job, string message);

    [LoggerMessage(224, LogLevel.Debug, "Item {Index} of job '{Job}' waits ({Reason}): {Message}")]
    public static partial void ItemWaits(ILogger logger, int index, string job, string reason, string message);

    [LoggerMessage(225, LogLevel.Error, "Item {Index} of job '{Job}' broke")]
    public static partial void ItemBroke(ILogger logger, Exception error, int index, string job);

    [LoggerMessage(226, LogLevel.Error, "The work on job '{Job}' broke; it begins anew from what is on disk")]
    public static partial void JobBroke(ILogger logger, Exception error, string job);

    [LoggerMessage(227, LogLevel.Warning, "What job '{Job}' left is not erased yet and will be tried again: {Message}")]
    public static partial void CannotEraseJob(ILogger logger, string job, string message);

    [LoggerMessage(228, LogLevel.Information, "Job '{Job}' has ended: {Succeeded} answers and {Failed} failures of {Total} items")]
    public static partial void JobEnded(ILogger logger, string job, int succeeded, int failed, int total);

    [LoggerMessage(229, LogLevel.Warning, "The places of the workers cannot be counted: {Message}")]
    public static partial void CannotCountPlaces(ILogger logger, string message);

    [LoggerMessage(230, LogLevel.Information, "There is nobody for job '{Job}' now; it waits: {Message}")]
    public static partial void NobodyForJob(ILogger logger, string job, string message);
}
