using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MultiModalMesh.Errors;
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

    /// <summary>Most recently changed first. A token names the last dialogue of its page, so pages stay whole when others change meanwhile.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>: not a token of ours.</exception>
    public DialoguePage Page(int size, string token)
    {
        var after = token.Length == 0 ? ((long Ticks, string Id)?)null : Parse(token);
        var rest = Dialogues.Values
            .Where(one => after is not { } last || one.UpdatedAt.UtcTicks < last.Ticks || (one.UpdatedAt.UtcTicks == last.Ticks && string.CompareOrdinal(one.DialogueId, last.Id) > 0))
            .OrderByDescending(one => one.UpdatedAt.UtcTicks).ThenBy(one => one.DialogueId, StringComparer.Ordinal)
            .Take(size + 1).ToList();
        if (rest.Count <= size)
        {
            return new DialoguePage(rest, "");
        }

        rest.RemoveAt(size);
        return new DialoguePage(rest, Format(rest[^1]));
    }

    private static string Format(DialogueSummary last) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{last.UpdatedAt.UtcTicks} {last.DialogueId}")));

    private static (long Ticks, string Id) Parse(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split(' ', 2) is [var ticks, var id]
                ? (long.Parse(ticks, NumberStyles.None, CultureInfo.InvariantCulture), id)
                : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The page token is not one that a page before gave.") { Field = "page_token" };
        }
    }
}
