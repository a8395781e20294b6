namespace MultiModalMesh.Grains.Jobs;

/// <summary>How fast a job gets on, by what became durable within the last minute.</summary>
internal sealed class JobPace(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Queue<(long At, int Count)> _steps = new();

    /// <summary>0 if too little is known.</summary>
    public double PerSecond
    {
        get
        {
            // What was there at the window's beginning took time before it.
            var count = _steps.Skip(1).Sum(step => step.Count);
            return count > 0 ? count / time.GetElapsedTime(_steps.Peek().At).TotalSeconds : 0;
        }
    }

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
    public TimeSpan? RemainingFor(int items) => PerSecond is > 0 and var pace ? TimeSpan.FromSeconds(items / pace) : null;
}
