using System.Collections.Immutable;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Grains.Users;

/// <summary>A user's dialogues as they are stored. Fields may be added, never renamed.</summary>
internal sealed record UserState
{
    public ImmutableDictionary<string, DialogueSummary> Dialogues { get; init; } = ImmutableDictionary<string, DialogueSummary>.Empty;

    /// <summary>The same list with other versions of some dialogues, and without those that are null.</summary>
    public UserState With(ImmutableDictionary<string, DialogueSummary?> changes)
    {
        var dialogues = Dialogues;
        foreach (var (id, summary) in changes)
        {
            dialogues = summary is null ? dialogues.Remove(id) : dialogues.SetItem(id, summary);
        }

        return ReferenceEquals(dialogues, Dialogues) ? this : this with { Dialogues = dialogues };
    }

    /// <summary>Most recently changed first.</summary>
    /// <exception cref="Errors.MeshException">InvalidRequest: not a token of ours.</exception>
    public DialoguePage Page(int size, string token)
    {
        var (page, next) = NewestFirst.Page(Dialogues.Values, one => one.UpdatedAt, one => one.DialogueId, size, token);
        return new DialoguePage(page, next);
    }
}
