namespace MultiModalMesh.Chaos.Load;

/// <param name="Number">1 for the first result of the job.</param>
/// <param name="Index">Of the item, from 0.</param>
/// <param name="Answer">Null if there is an error.</param>
/// <param name="Error">Null if there is an answer.</param>
internal sealed record ItemResult(int Number, int Index, string? Answer, string? Error);

/// <summary>A job that is submitted, and whose results are read as they come.</summary>
/// <param name="plan">What it asks.</param>
/// <param name="requestId">New.</param>
/// <param name="client">Who asks.</param>
/// <param name="twin">Who submits the same job with the same request id at the same time, or nobody.</param>
internal sealed class JobRun(JobPlan plan, string requestId, MeshClient client, MeshClient? twin)
{
    private readonly List<ItemResult> _results = [];

    public JobPlan Plan => plan;

    public string RequestId => requestId;

    /// <summary>Set once the mesh acknowledged the job.</summary>
    public string? JobId { get; private set; }

    /// <summary>As they came.</summary>
    public IReadOnlyList<ItemResult> Results => _results;

    /// <summary>The first thing that a client must never see, or null.</summary>
    public string? Oddity { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var second = twin?.SubmitAsync(plan, requestId, cancellationToken);
        JobId = await client.SubmitAsync(plan, requestId, cancellationToken);
        if (second is not null && await second is var other && other != JobId)
        {
            Oddity = $"one request id became two jobs, {JobId} and {other}";
        }

        await client.ReadResultsAsync(JobId, () => _results.Count, plan.Texts.Count, Received, cancellationToken);
    }

    private void Received(ItemResult result)
    {
        if (result.Number != _results.Count + 1)
        {
            Oddity ??= $"result {result.Number} came after result {_results.Count}";
        }

        _results.Add(result);
    }
}
