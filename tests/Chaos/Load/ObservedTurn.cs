using System.Diagnostics;
using System.Text;

namespace MultiModalMesh.Chaos.Load;

/// <summary>A turn as its client saw it.</summary>
internal sealed class ObservedTurn(PlannedTurn plan, string requestId)
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private readonly List<long> _events = [];

    public PlannedTurn Plan => plan;

    public string RequestId => requestId;

    /// <summary>Set once the mesh acknowledged the turn.</summary>
    public string? TurnId { get; set; }

    /// <summary>Number of the last event that came.</summary>
    public int Sequence { get; private set; }

    /// <summary>What the last event said: the answer, or the reason why there is none. Null until then.</summary>
    public (string Answer, string? Failure)? End { get; private set; }

    /// <summary>The first thing that a client must never see, or null.</summary>
    public string? Oddity { get; private set; }

    public bool IsInTheMiddle
    {
        get
        {
            lock (_gate)
            {
                return _events.Count > 0 && End is null;
            }
        }
    }

    public void Received(int sequence, string text)
    {
        lock (_gate)
        {
            Count(sequence);
            _text.Append(text);
        }
    }

    public void Ended(int sequence, string answer, string? failure)
    {
        lock (_gate)
        {
            Count(sequence);
            End = (answer, failure);
            if (failure is null && _text.ToString() != answer)
            {
                Oddity ??= $"the stream's text and the answer in its last event differ: '{_text}' and '{answer}'";
            }
        }
    }

    public void Odd(string what)
    {
        lock (_gate)
        {
            Oddity ??= what;
        }
    }

    /// <summary>
    /// From a moment on, until the longest silence after it was over. Text that was on its way may still come after a death, so it is not
    /// the next event that tells when the turn went on. Null if nothing came any more.
    /// </summary>
    public TimeSpan? WentOnAfter(long moment)
    {
        lock (_gate)
        {
            var (last, longest, end) = (moment, -1L, (long?)null);
            foreach (var at in _events.Where(at => at > moment))
            {
                if (at - last > longest)
                {
                    (longest, end) = (at - last, at);
                }

                last = at;
            }

            return end is { } over ? Stopwatch.GetElapsedTime(moment, over) : null;
        }
    }

    private void Count(int sequence)
    {
        if (sequence != Sequence + 1)
        {
            Oddity ??= $"event {sequence} came after event {Sequence}";
        }

        Sequence = sequence;
        _events.Add(Stopwatch.GetTimestamp());
    }
}
