using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Answers that wait for a place, bounded in number and, with those that run, in tokens: prompt and answer at their longest. Beyond that they
/// are refused at once, with a delay. Interactive ones go first, but every fifth place is a bulk one's. Safe for concurrent use.
/// </summary>
internal sealed class AdmissionQueue(InferenceOptions options, TimeProvider time)
{
    public const string Name = "decoder";

    private const int InteractiveInARow = 4;

    private readonly Lock _gate = new();
    private readonly LinkedList<Sequence> _interactive = [];
    private readonly LinkedList<Sequence> _bulk = [];
    private readonly ServiceTimeEstimate _estimate = new();
    private bool _closed;
    private int _inARow;
    private int _accepted;
    private long _tokens;

    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _interactive.Count + _bulk.Count;
            }
        }
    }

    /// <summary>Tokens that what waits and what runs may have.</summary>
    public long TokensInFlight
    {
        get
        {
            lock (_gate)
            {
                return _tokens;
            }
        }
    }

    /// <summary>Refuses as <see cref="Add"/> would now; for before the work of preparing a sequence is done.</summary>
    /// <exception cref="MeshException">Overloaded, with a delay.</exception>
    public void CheckRoom(int tokens)
    {
        lock (_gate)
        {
            RefuseIfFull(tokens);
        }
    }

    /// <exception cref="MeshException">Overloaded, with a delay; PeerUnavailable after <see cref="Close"/>.</exception>
    public void Add(Sequence sequence)
    {
        lock (_gate)
        {
            RefuseIfFull(sequence.FinalLength);
            _accepted++;
            _tokens += sequence.FinalLength;
            InferenceInstruments.Promised(sequence.FinalLength);
            ListOf(sequence).AddLast(sequence);
            InferenceInstruments.Enqueued(Name);
        }
    }

    /// <summary>The next one to start, if it may: its place in the order is kept if it may not.</summary>
    public bool TryTake(Func<Sequence, bool> mayStart, out Sequence sequence)
    {
        lock (_gate)
        {
            var isBulk = _bulk.Count > 0 && (_interactive.Count == 0 || _inARow >= InteractiveInARow);
            var list = isBulk ? _bulk : _interactive;
            if (list.First is not { } first || !mayStart(first.Value))
            {
                sequence = null!;
                return false;
            }

            _inARow = isBulk ? 0 : _inARow + 1;
            list.Remove(first);
            sequence = first.Value;
        }

        InferenceInstruments.Dequeued(Name, time.GetElapsedTime(sequence.Arrival));
        return true;
    }

    /// <summary>Gives back the place of one whose caller has gone, if it still waits.</summary>
    public void Forget(Sequence sequence)
    {
        lock (_gate)
        {
            if (!ListOf(sequence).Remove(sequence))
            {
                return;
            }

            Release(sequence);
        }

        InferenceInstruments.Dequeued(Name, time.GetElapsedTime(sequence.Arrival));
    }

    /// <summary>One that was taken has ended.</summary>
    public void Ended(Sequence sequence)
    {
        lock (_gate)
        {
            Release(sequence);
        }

        _estimate.Observe(time.GetElapsedTime(sequence.Started));
    }

    /// <summary>Refuses all that come from now on.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
    }

    private LinkedList<Sequence> ListOf(Sequence sequence) => sequence.Request.Priority == GenerationPriority.Bulk ? _bulk : _interactive;

    private void Release(Sequence sequence)
    {
        _accepted--;
        _tokens -= sequence.FinalLength;
        InferenceInstruments.Promised(-sequence.FinalLength);
    }

    private void RefuseIfFull(int tokens)
    {
        if (_closed)
        {
            throw new MeshException(ErrorReason.PeerUnavailable, "The decoder is shutting down; ask another one.");
        }

        // What is about to start counts as running, so that a burst into an idle decoder is not refused.
        if (_accepted >= options.MaxConcurrentSequences + options.MaxWaitingSequences)
        {
            throw Refuse($"{options.MaxWaitingSequences} answers are waiting already");
        }

        // One that is over the limit alone is let in when it is alone; it could never start else.
        if (_tokens > 0 && _tokens + tokens > options.MaxTokensInFlight)
        {
            throw Refuse($"{_tokens} tokens are in flight already, and {tokens} more would be over the limit of {options.MaxTokensInFlight}");
        }
    }

    private MeshException Refuse(string why)
    {
        InferenceInstruments.Refused(Name);
        var ahead = (_interactive.Count + _bulk.Count + 1) / (double)options.MaxConcurrentSequences;
        return new MeshException(ErrorReason.Overloaded, $"{why}; try again later.") { RetryAfter = _estimate.Delay(ahead) };
    }
}
