namespace MultiModalMesh.Inference.Constraints;

/// <summary>Collects the stacks of one automaton state.</summary>
internal sealed class Closure(Automaton automaton)
{
    // A grammar with many alternatives that begin alike keeps all of them open. Every stack can be completed by itself, so that dropping
    // some beyond a limit narrows what can be written and never leads into a dead end.
    private const int MaxStacks = 256;
    private const int MaxVisited = 16_384;

    private readonly HashSet<FrameStack> _visited = [];
    private readonly Stack<FrameStack> _pending = [];

    /// <summary>Stacks whose top takes a byte, in the order in which they were found.</summary>
    public List<FrameStack> Stacks { get; } = [];

    /// <summary>Whether everything can be written already.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Stacks that were looked at.</summary>
    public int Work { get; private set; }

    public void Enter(FrameStack? stack)
    {
        Work++;
        if (stack is null)
        {
            IsComplete = true;
        }
        else if (_visited.Count < MaxVisited && _visited.Add(stack))
        {
            _pending.Push(stack);
        }
    }

    /// <summary>Expands what was entered. A loop and no recursion, since references can form long chains; depth first, so that a limit finds some stacks finished.</summary>
    public void Complete()
    {
        while (_pending.TryPop(out var stack))
        {
            stack.Top.Expand(this, stack.Rest);
        }
    }

    public void Push(Frame frame, FrameStack? rest) => Enter(automaton.Stack(frame, rest));

    /// <summary>Puts the first frame on top of the second and so on.</summary>
    public void Push(Frame first, Frame second, FrameStack? rest) => Push(first, automaton.Stack(second, rest));

    public void Push(Frame first, Frame second, Frame third, FrameStack? rest) => Push(first, second, automaton.Stack(third, rest));

    public void Push(Frame first, Frame second, Frame third, Frame fourth, FrameStack? rest) =>
        Push(first, second, automaton.Stack(third, automaton.Stack(fourth, rest)));

    public void Add(Frame frame, FrameStack? rest)
    {
        Work++;
        if (Stacks.Count < MaxStacks)
        {
            Stacks.Add(automaton.Stack(frame, rest));
        }
    }
}
