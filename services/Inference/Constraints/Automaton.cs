using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Constraints;

/// <summary>A place in what is being written: all stacks that the bytes so far allow.</summary>
internal sealed class AutomatonState(FrameStack[] stacks, bool isComplete)
{
    private ulong[]? _mask;

    public FrameStack[] Stacks => stacks;

    /// <summary>Whether the text may end here.</summary>
    public bool IsComplete => isComplete;

    /// <summary>Whether nothing can follow and nothing is complete.</summary>
    public bool IsDead => stacks.Length == 0 && !isComplete;

    /// <summary>States after each byte, as far as they are known. Guarded by the automaton's lock.</summary>
    public AutomatonState?[] Next { get; } = new AutomatonState?[256];

    /// <summary>One bit a token: whether it can come next. Null until it is asked for; set once.</summary>
    public ulong[]? Mask
    {
        get => Volatile.Read(ref _mask);
        set => Volatile.Write(ref _mask, value);
    }
}

/// <summary>
/// A pushdown automaton over bytes. States are made when they are first reached and kept, with the mask of the tokens that can follow.
/// Safe for concurrent use.
/// </summary>
internal sealed class Automaton
{
    // States that are kept, of about 2 KiB each, and bytes of masks; beyond either all are forgotten and made again as they are needed.
    private const int MaxStates = 4096;
    private const int MaxMaskBytes = 16 << 20;

    // Stacks that are looked at for one mask, while other answers wait. Usual schemas need less than one a token; hundreds of alternatives that
    // begin alike and have lengths of their own would need a hundred.
    private const long MaxWork = 500_000;
    private const long WorkPerToken = 8;

    private readonly Lock _lock = new();
    private readonly TokenSpellings _spellings;
    private readonly long _maxWork;
    private readonly Dictionary<(Frame Top, FrameStack? Below), FrameStack> _stacks = [];
    private readonly Dictionary<string, AutomatonState> _states = [];
    private readonly Dictionary<AutomatonState, ulong[]> _masks = [];
    private int _ids;
    private long _work;
    private int _maskBytes;

    public Automaton(Frame root, TokenSpellings spellings, long maxWork = MaxWork)
    {
        _spellings = spellings;
        _maxWork = maxWork + (spellings.Order.Length * WorkPerToken);
        var closure = new Closure(this);
        closure.Push(root, null);
        Start = State(closure);
    }

    public AutomatonState Start { get; }

    /// <summary>Masks that were computed since the automaton was made.</summary>
    public int MasksComputed { get; private set; }

    /// <summary>The state after a token; dead if the token cannot come.</summary>
    public AutomatonState Advance(AutomatonState state, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            foreach (var b in bytes)
            {
                state = Advance(state, b);
            }

            Forget();
            return state;
        }
    }

    /// <summary>One bit for each token that can come next.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>: so many alternatives are open that it would take too long.</exception>
    public ulong[] Mask(AutomatonState state)
    {
        if (state.Mask is { } known)
        {
            return known;
        }

        lock (_lock)
        {
            // Counters that no token can exhaust make no difference to what can come next: states that differ in nothing else share a mask.
            var stacks = state.Stacks.Select(s => Saturated(s)!).Distinct().ToArray();
            var view = State(stacks, state.IsComplete);
            if (!_masks.TryGetValue(view, out var mask))
            {
                mask = Walk(view);
                _masks[view] = mask;
                _maskBytes += mask.Length * sizeof(ulong);
            }

            state.Mask = mask;
            Forget();
            return mask;
        }
    }

    public FrameStack Stack(Frame top, FrameStack? rest)
    {
        if (!_stacks.TryGetValue((top, rest), out var stack))
        {
            _stacks[(top, rest)] = stack = new FrameStack(top, rest, _ids++);
        }

        return stack;
    }

    private FrameStack? Saturated(FrameStack? stack) =>
        stack is null ? null : Stack(stack.Top.Saturated(_spellings.Longest + 1), Saturated(stack.Rest));

    private AutomatonState Advance(AutomatonState state, byte value)
    {
        if (state.Next[value] is { } known)
        {
            return known;
        }

        var closure = new Closure(this);
        foreach (var stack in state.Stacks)
        {
            stack.Top.Advance(value, closure, stack.Rest);
        }

        return state.Next[value] = State(closure);
    }

    private AutomatonState State(Closure closure)
    {
        closure.Complete();
        _work += closure.Work;
        return State([.. closure.Stacks], closure.IsComplete);
    }

    private AutomatonState State(FrameStack[] stacks, bool isComplete)
    {
        var key = string.Join(',', stacks.Select(s => s.Id)) + (isComplete ? "." : string.Empty);
        if (!_states.TryGetValue(key, out var state))
        {
            _states[key] = state = new AutomatonState(stacks, isComplete);
        }

        return state;
    }

    private ulong[] Walk(AutomatonState start)
    {
        MasksComputed++;
        _work = 0;
        var mask = new ulong[(_spellings.VocabularySize + 63) / 64];
        var path = new AutomatonState[_spellings.Longest + 1];
        path[0] = start;
        var alive = 0; // bytes of the token before that the automaton could take
        for (var i = 0; i < _spellings.Order.Length; i++)
        {
            var shared = _spellings.Shares[i];
            if (shared > alive)
            {
                continue; // dies where the one before died
            }

            var id = _spellings.Order[i];
            var bytes = _spellings.Bytes(id);
            for (alive = shared; alive < bytes.Length; alive++)
            {
                if (_work > _maxWork)
                {
                    throw new MeshException(
                        ErrorReason.InvalidRequest, "The schema has too many alternatives that begin alike to be followed; have fewer, or let them differ earlier.");
                }

                var next = Advance(path[alive], bytes[alive]);
                if (next.IsDead)
                {
                    break;
                }

                path[alive + 1] = next;
            }

            if (alive == bytes.Length)
            {
                mask[id / 64] |= 1UL << (id % 64);
            }
        }

        return mask;
    }

    private void Forget()
    {
        if (_states.Count <= MaxStates && _maskBytes <= MaxMaskBytes)
        {
            return;
        }

        _stacks.Clear();
        _states.Clear();
        _masks.Clear();
        _maskBytes = 0;
        Array.Clear(Start.Next);
    }
}
