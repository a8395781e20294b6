namespace MultiModalMesh.Grains.Dialogues;

/// <summary>
/// One dialogue of one user: its turns, and the work on the turn that is running. Key: <see cref="DialogueKey"/> as a string.
/// </summary>
/// <remarks>
/// The promise: a turn that <see cref="PostTurnAsync"/> returned is on disk and will be answered, whatever dies meanwhile, exactly once.
/// </remarks>
[Alias("MultiModalMesh.IDialogueGrain")]
public interface IDialogueGrain : IGrainWithStringKey
{
    /// <summary>
    /// Adds a turn and returns when it is durable. The same request id returns the same turn;
    /// with other content it throws <see cref="DialogueException"/> with REQUEST_ID_REUSED.
    /// </summary>
    [Alias("PostTurn")]
    Task<TurnView> PostTurnAsync(PostTurnCommand command);

    /// <summary>
    /// The turn's events with a sequence greater than <paramref name="afterSequence"/>: those already there at once, the rest as they come,
    /// the last one being <see cref="TurnEvent.Ended"/>. May be called any number of times, also after the turn has ended.
    /// </summary>
    [Alias("WatchTurn")]
    IAsyncEnumerable<TurnEvent> WatchTurnAsync(string turnId, int afterSequence, CancellationToken cancellationToken);

    /// <summary>Stops a pending or running turn; an ended one is returned as it is.</summary>
    [Alias("CancelTurn")]
    Task<TurnView> CancelTurnAsync(string turnId);

    /// <summary>The dialogue with all its turns, or null if no turn was ever posted or it was deleted.</summary>
    [Alias("Get")]
    Task<DialogueView?> GetAsync();

    /// <summary>Erases the dialogue's turns and stops what is running. Idempotent.</summary>
    [Alias("Delete")]
    Task DeleteAsync();

    /// <summary>Wakes the dialogue so that it goes on with an unfinished turn; does nothing if there is none.</summary>
    [Alias("Resume")]
    Task ResumeAsync();
}
