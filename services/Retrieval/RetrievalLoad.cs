using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Retrieval.Search;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Retrieval;

/// <summary>What this role offers, and how busy it is with searches.</summary>
internal sealed class RetrievalLoad(SearchAdmission admission, IOptions<RetrievalOptions> options) : IWorkerOfferSource
{
    public IReadOnlyList<WorkerOffer> Offers { get; } = [new WorkerOffer("", "", [.. CapabilitiesOf(options.Value)], 0)];

    public WorkerLoad Load
    {
        get
        {
            var admitted = admission.Admitted;
            return new WorkerLoad(Math.Min(admitted, admission.Concurrency), Math.Max(0, admitted - admission.Concurrency), admission.Capacity);
        }
    }

    // Every one answers for all; who does not have everything to himself says so to the others.
    private static IEnumerable<string> CapabilitiesOf(RetrievalOptions options)
    {
        yield return Capabilities.Retrieval;
        if (options.PostgreSql.IsUsed)
        {
            yield return Capabilities.RetrievalDatabase;
        }
        else if (options.Shards is { Count: > 1 } shards)
        {
            yield return Capabilities.RetrievalShard(shards.Index, shards.Count);
        }
    }
}
