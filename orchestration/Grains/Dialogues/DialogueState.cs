using System.Collections.Immutable;
using MultiModalMesh.Grains.Storage;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>A dialogue as it is stored. Fields may be added, never renamed: what this version writes, the next one reads.</summary>
internal sealed record DialogueState : IUnfinishedWork
{
    public string Title { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Oldest first.</summary>
    public ImmutableList<TurnRecord> Turns { get; init; } = [];

    /// <summary>What is still to be erased of what the dialogue was before it was deleted.</summary>
    public Erasure? Erasure { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsUnfinished => Erasure is not null || Turns.Exists(turn => !turn.HasEnded);

    /// <summary>
    /// The same dialogue without the places of the single tokens in its finished turns: their texts stay, and a reader gets each in one piece.
    /// </summary>
    public DialogueState Compacted() => Turns.Exists(turn => turn.CanBeCompacted)
        ? this with { Turns = Turns.ConvertAll(turn => turn.CanBeCompacted ? turn with { EventEnds = [turn.Answer.Length] } : turn) }
        : this;

    public TurnRecord? Find(string turnId) => Turns.Find(turn => turn.TurnId == turnId);

    /// <summary>The same dialogue with another version of one of its turns.</summary>
    public DialogueState With(TurnRecord turn)
    {
        var index = Turns.FindIndex(one => one.TurnId == turn.TurnId);
        return index < 0 ? this : this with { Turns = Turns.SetItem(index, turn) };
    }
}

/// <summary>A turn as it is stored.</summary>
internal sealed record TurnRecord
{
    public required string TurnId { get; init; }
    public required string RequestId { get; init; }
    public string Text { get; init; } = "";
    public ImmutableArray<string> ImageIds { get; init; } = [];

    /// <summary>As the client asked for it; the same request id must ask for the same again.</summary>
    public Skill RequestedSkill { get; init; }
    public Skill Skill { get; init; }
    public TurnOptions Options { get; init; } = new();

    /// <summary>Chosen when the turn was posted if the client named none, so that whoever goes on with the turn draws the same.</summary>
    public long Seed { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public TurnState State { get; init; } = TurnState.Pending;
    public string Answer { get; init; } = "";

    /// <summary>Where each event's text ends in <see cref="Answer"/>: event n has the text from EventEnds[n - 2] to EventEnds[n - 1].</summary>
    public ImmutableArray<int> EventEnds { get; init; } = [];

    /// <summary>What the decoder gave so far; empty once the turn has ended.</summary>
    public ImmutableArray<int> TokenIds { get; init; } = [];
    public string Model { get; init; } = "";
    public TurnUsage? Usage { get; init; }
    public TurnConfidence? Confidence { get; init; }
    public TurnError? Error { get; init; }
    public ImmutableArray<SearchHit> Hits { get; init; } = [];

    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasEnded => State is TurnState.Done or TurnState.Failed or TurnState.Cancelled;

    [System.Text.Json.Serialization.JsonIgnore]
    public bool CanBeCompacted => HasEnded && EventEnds.Length > 1;

    public bool AsksTheSameAs(PostTurnCommand command) =>
        Text == command.Text && RequestedSkill == command.Skill && Options == command.Options && ImageIds.AsSpan().SequenceEqual(command.ImageIds.ToArray());

    /// <summary>Text of the event with that number, 1 for the first.</summary>
    public string TextOf(int sequence) => Answer[(sequence == 1 ? 0 : EventEnds[sequence - 2])..EventEnds[sequence - 1]];

    public TurnView ToView() => new()
    {
        TurnId = TurnId,
        RequestId = RequestId,
        Text = Text,
        ImageIds = ImageIds,
        Answer = Answer,
        State = State,
        Usage = Usage,
        Confidence = Confidence,
        Skill = Skill,
        CreatedAt = CreatedAt,
        Error = Error,
        Hits = Hits,
        Model = Model,
    };
}
