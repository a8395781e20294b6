namespace MultiModalMesh.Chaos.Load;

internal enum Moment
{
    /// <summary>While a post is on its way.</summary>
    Posting,

    /// <summary>When a post has just been acknowledged.</summary>
    Acknowledged,

    /// <summary>When a client has just got a piece of an answer.</summary>
    MidStream,
}

/// <summary>When a fault strikes: at the so-many-th post, acknowledgement or event of a round.</summary>
internal sealed class StrikeMoment(Moment moment, int number)
{
    private readonly int _number = number;
    private readonly TaskCompletionSource _come = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _passed;

    public Task Come => _come.Task;

    public static StrikeMoment Never => new(Moment.Posting, int.MaxValue);

    /// <param name="moments">One of these; one that is named twice is twice as likely.</param>
    /// <param name="turns">Posts, and acknowledgements, of a round.</param>
    /// <param name="events">Of all turns of a round.</param>
    /// <param name="random">Draws.</param>
    public static StrikeMoment Draw(IReadOnlyList<Moment> moments, int turns, int events, Random random)
    {
        var moment = moments[random.Next(moments.Count)];

        // Towards the end of a round there is little left to interrupt.
        return new StrikeMoment(moment, 1 + random.Next(moment == Moment.MidStream ? events * 3 / 5 : turns));
    }

    public void Posting() => Count(Moment.Posting);

    public void Acknowledged() => Count(Moment.Acknowledged);

    public void Received() => Count(Moment.MidStream);

    public override string ToString() => $"{moment} {_number}";

    private void Count(Moment seen)
    {
        if (seen == moment && Interlocked.Increment(ref _passed) == _number)
        {
            _come.TrySetResult();
        }
    }
}
