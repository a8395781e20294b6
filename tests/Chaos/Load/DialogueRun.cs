namespace MultiModalMesh.Chaos.Load;

/// <summary>A dialogue that is led as planned.</summary>
internal sealed class DialogueRun
{
    private readonly DialoguePlan _plan;
    private readonly MeshClient _client;
    private readonly MeshClient? _twin;
    private readonly StrikeMoment _moment;

    /// <param name="id">A dialogue that was not there before.</param>
    /// <param name="plan">What it asks.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="twin">Who posts the same turns with the same request ids at the same time, or nobody.</param>
    /// <param name="moment">Is told how far it has come.</param>
    public DialogueRun(string id, DialoguePlan plan, MeshClient client, MeshClient? twin, StrikeMoment moment)
    {
        Id = id;
        _plan = plan;
        _client = client;
        _twin = twin;
        _moment = moment;
        Turns = [.. plan.Turns.Select(turn => new ObservedTurn(turn, Guid.NewGuid().ToString("N")))];
    }

    public string Id { get; }

    public IReadOnlyList<ObservedTurn> Turns { get; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var watching = new List<Task>();
        foreach (var turn in Turns)
        {
            _moment.Posting();
            var twin = _twin?.PostAsync(Id, turn, cancellationToken);
            turn.TurnId = await _client.PostAsync(Id, turn, cancellationToken);
            _moment.Acknowledged();
            if (twin is not null && await twin is var other && other != turn.TurnId)
            {
                turn.Odd($"one request id became two turns, {turn.TurnId} and {other}");
            }

            var watch = _client.WatchAsync(Id, turn, _moment.Received, cancellationToken);
            if (_plan.AllAtOnce)
            {
                watching.Add(watch);
            }
            else
            {
                await watch;
            }
        }

        await Task.WhenAll(watching);
    }
}
