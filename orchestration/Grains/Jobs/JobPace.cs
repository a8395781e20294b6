namespace MultiModalMesh.Grains.Jobs;

/// <summary>How fast a job gets on, by what became durable within the last minute.</summary>
internal sealed class JobPace(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Queue<(long At, int Count)> _steps = new();

    /// <param name="count">Results, 0 when the work begins.</param>
    public void Add(int count)
    {
        _steps.Enqueue((time.GetTimestamp(), count));
        while (time.GetElapsedTime(_steps.Peek().At) > Window)
        {
            _steps.Dequeue();
        }
    }

    /// <summary>Null if too little is known.</summary>
    public TimeSpan? RemainingFor(int items)
    {
        if (!_steps.TryPeek(out var first))
        {
            return null;
        }

        // What was there at the window's beginning took time before it.
        var count = _steps.Skip(1).Sum(step => step.Count);
        return count > 0 ? time.GetElapsedTime(first.At) * ((double)items / count) : null;
    }
}
