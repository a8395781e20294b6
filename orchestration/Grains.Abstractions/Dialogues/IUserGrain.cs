namespace MultiModalMesh.Grains.Dialogues;

/// <summary>The dialogues of one user. Key: <c>tenant/user</c>.</summary>
[Alias("MultiModalMesh.IUserGrain")]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>Most recently changed first.</summary>
    /// <param name="pageSize">1..200.</param>
    /// <param name="pageToken">Empty for the first page, else the token of the page before.</param>
    [Alias("ListDialogues")]
    Task<DialoguePage> ListDialoguesAsync(int pageSize, string pageToken);

    /// <summary>Called by a dialogue when it was created or changed.</summary>
    [Alias("DialogueChanged")]
    Task DialogueChangedAsync(DialogueSummary summary);

    /// <summary>Called by a dialogue when it was erased.</summary>
    [Alias("DialogueDeleted")]
    Task DialogueDeletedAsync(string dialogueId);
}
