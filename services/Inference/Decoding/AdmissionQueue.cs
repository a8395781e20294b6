using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Answers that wait for a place, bounded in number and, with those that run, in tokens: prompt and answer at their longest. Beyond that they
/// are refused at once, with a delay. Interactive ones go first, but every fifth place is a bulk one's; among either, tenants take turns by the tokens
/// they ask for. Where there is no room, whoever has more in flight than the newcomer would gives up its newest (the longest queue is dropped from;
/// Suter et al., 1998), so a flood refuses itself and nobody else. Safe for concurrent use.
/// </summary>
internal sealed class AdmissionQueue
{
    public const string Name = "decoder";

    private const int InteractiveInARow = 4;

    private readonly InferenceOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly TenantShares _shares;
    private readonly FairQueue<Sequence> _interactive;
    private readonly FairQueue<Sequence> _bulk;
    private readonly ServiceTimeEstimate _estimate = new();
    private readonly WorkMeter _meter;
    private bool _closed;
    private int _inARow;
    private int _accepted;

    public AdmissionQueue(InferenceOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _meter = new WorkMeter(time);
        _shares = new TenantShares(options.TenantWeights);
        _interactive = NewQueue();
        _bulk = NewQueue();

        FairQueue<Sequence> NewQueue() => new(sequence => sequence.Request.Tenant, sequence => sequence.FinalLength, _shares.WeightOf);
    }

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
    public long TokensInFlight => _meter.InFlight;

    /// <summary>Of the same, how many leave in a second, while there are any; 0 before the first answer.</summary>
    public double TokensPerSecond => _meter.PerSecond;

    /// <summary>Refuses as <see cref="Add"/> would now; for before the work of preparing a sequence is done.</summary>
    /// <exception cref="MeshException">Overloaded, with a delay.</exception>
    public void CheckRoom(GenerationRequest request, int tokens)
    {
        lock (_gate)
        {
            WhoGivesWay(request, tokens);
        }
    }

    /// <exception cref="MeshException">Overloaded, with a delay; PeerUnavailable after <see cref="Close"/>.</exception>
    public void Add(Sequence sequence)
    {
        List<Sequence> givingWay;
        MeshException? refusal = null;
        lock (_gate)
        {
            givingWay = WhoGivesWay(sequence.Request, sequence.FinalLength);
            foreach (var one in givingWay)
            {
                QueueOf(one).Remove(one);
                Release(one);
                _meter.Dropped(one.FinalLength);
                refusal ??= Refuse("the place is given to a tenant that has less in flight");
            }

            _accepted++;
            _shares.Add(sequence.Request.Tenant, sequence.FinalLength);
            _meter.Began(sequence.FinalLength);
            QueueOf(sequence).Add(sequence);
            InferenceInstruments.Enqueued(Name);
        }

        foreach (var one in givingWay)
        {
            InferenceInstruments.Dequeued(Name, _time.GetElapsedTime(one.Arrival));
            one.End(refusal);
        }
    }

    /// <summary>The next one to start, if it may: its place in the order is kept if it may not.</summary>
    public bool TryTake(Func<Sequence, bool> mayStart, out Sequence sequence)
    {
        lock (_gate)
        {
            var isBulk = _bulk.Count > 0 && (_interactive.Count == 0 || _inARow >= InteractiveInARow);
            var queue = isBulk ? _bulk : _interactive;
            if (queue.Peek() is not { } first || !mayStart(first))
            {
                sequence = null!;
                return false;
            }

            _inARow = isBulk ? 0 : _inARow + 1;
            queue.Take(first);
            sequence = first;
        }

        InferenceInstruments.Dequeued(Name, _time.GetElapsedTime(sequence.Arrival));
        return true;
    }

    /// <summary>Gives back the place of one whose caller has gone, if it still waits.</summary>
    public void Forget(Sequence sequence)
    {
        lock (_gate)
        {
            if (!QueueOf(sequence).Remove(sequence))
            {
                return;
            }

            Release(sequence);
            _meter.Dropped(sequence.FinalLength);
        }

        InferenceInstruments.Dequeued(Name, _time.GetElapsedTime(sequence.Arrival));
    }

    /// <summary>One that was taken has ended.</summary>
    public void Ended(Sequence sequence)
    {
        lock (_gate)
        {
            Release(sequence);
            _meter.Done(sequence.FinalLength);
        }

        _estimate.Observe(_time.GetElapsedTime(sequence.Started));
    }

    /// <summary>Refuses all that come from now on.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
    }

    private FairQueue<Sequence> QueueOf(Sequence sequence) => sequence.Request.Priority == GenerationPriority.Bulk ? _bulk : _interactive;

    private void Release(Sequence sequence)
    {
        _accepted--;
        _shares.Remove(sequence.Request.Tenant, sequence.FinalLength);
    }

    /// <summary>Those whose places a new one needs; none where there is room.</summary>
    /// <exception cref="MeshException">There is no room, and nobody has to make it.</exception>
    private List<Sequence> WhoGivesWay(GenerationRequest request, int tokens)
    {
        if (_closed)
        {
            throw new MeshException(ErrorReason.PeerUnavailable, "The decoder is shutting down; ask another one.");
        }

        List<Sequence> givingWay = [];
        long freed = 0;
        if (WhyFull(tokens, givingWay.Count, freed) is not { } why)
        {
            return givingWay;
        }

        foreach (var tenant in _shares.Above(request.Tenant, tokens))
        {
            // What somebody looks at gives no way to what nobody does. Nor does a tenant to one that would then have more.
            var waiting = request.Priority == GenerationPriority.Bulk ? _bulk.NewestFirst(tenant) : _bulk.NewestFirst(tenant).Concat(_interactive.NewestFirst(tenant));
            long taken = 0;
            foreach (var one in waiting)
            {
                taken += one.FinalLength;
                if (_shares.Of(tenant, -taken) < _shares.Of(request.Tenant, tokens))
                {
                    break;
                }

                freed += one.FinalLength;
                givingWay.Add(one);
                if (WhyFull(tokens, givingWay.Count, freed) is null)
                {
                    return givingWay;
                }
            }
        }

        throw Refuse(why);
    }

    /// <summary>Null: there is room for one more when that many, with that many tokens, have left.</summary>
    private string? WhyFull(int tokens, int leaving, long leavingTokens)
    {
        // What is about to start counts as running, so that a burst into an idle decoder is not refused.
        if (_accepted - leaving >= _options.MaxConcurrentSequences + _options.MaxWaitingSequences)
        {
            return $"{_options.MaxWaitingSequences} answers are waiting already";
        }

        // One that is over the limit alone is let in when it is alone; it could never start else.
        var inFlight = _meter.InFlight - leavingTokens;
        return inFlight > 0 && inFlight + tokens > _options.MaxTokensInFlight
            ? $"{inFlight} tokens are in flight already, and {tokens} more would be over the limit of {_options.MaxTokensInFlight}"
            : null;
    }

    private MeshException Refuse(string why)
    {
        InferenceInstruments.Refused(Name);
        var ahead = (_interactive.Count + _bulk.Count + 1) / (double)_options.MaxConcurrentSequences;
        return new MeshException(ErrorReason.Overloaded, $"{why}; try again later.") { RetryAfter = _estimate.Delay(ahead) };
    }
}
