using System.Collections.Immutable;
using System.Text;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>
/// The turn that is being worked on: what it has said so far, in memory. Its events are numbered by the pieces of text a decoder gives;
/// because a decoder gives the same pieces again, numbers stay right when the turn has to be begun anew elsewhere.
/// </summary>
internal sealed class LiveTurn
{
    private readonly StringBuilder _answer;
    private readonly List<int> _eventEnds;
    private readonly List<int> _tokenIds;
    private readonly ChangeSignal _changed;

    public LiveTurn(TurnRecord record, ChangeSignal changed)
    {
        Record = record;
        _changed = changed;
        _answer = new StringBuilder(record.Answer);
        _eventEnds = [.. record.EventEnds];
        _tokenIds = [.. record.TokenIds];
    }

    /// <summary>The turn as it was when work on it began, with its checkpoint if there was one.</summary>
    public TurnRecord Record { get; private set; }

    public int EventCount => _eventEnds.Count;

    /// <summary>Grows whenever the turn gets on.</summary>
    public int TokenCount => _tokenIds.Count;

    public void AnsweredBy(string model) => Record = Record with { Model = model };

    public void AppendToken(int index, int tokenId, string text)
    {
        // A decoder that sends a prefix again is answered by ignoring it.
        if (index >= _tokenIds.Count)
        {
            _tokenIds.Add(tokenId);
            Append(text);
        }
    }

    public void Append(string text)
    {
        if (text.Length > 0)
        {
            _answer.Append(text);
            _eventEnds.Add(_answer.Length);
            _changed.Set();
        }
    }

    /// <summary>Text of the event with that number, 1 for the first.</summary>
    public string TextOf(int sequence)
    {
        var begin = sequence == 1 ? 0 : _eventEnds[sequence - 2];
        return _answer.ToString(begin, _eventEnds[sequence - 1] - begin);
    }

    /// <summary>As it would have to be stored now to go on from here.</summary>
    public TurnRecord Checkpoint() => Record with
    {
        State = TurnState.Running,
        Answer = _answer.ToString(),
        EventEnds = [.. _eventEnds],
        TokenIds = [.. _tokenIds],
    };

    /// <summary>As it is stored when it has ended. The tokens are of no more use then.</summary>
    public TurnRecord End(TurnState state, TurnUsage? usage = null, TurnError? error = null, ImmutableArray<SearchHit> hits = default, TurnConfidence? confidence = null) => Checkpoint() with
    {
        State = state,
        TokenIds = [],
        Usage = usage,
        Confidence = confidence,
        Error = error,
        Hits = hits.IsDefault ? [] : hits,
    };
}
