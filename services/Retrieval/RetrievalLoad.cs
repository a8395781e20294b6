using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Retrieval.Search;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Retrieval;

/// <summary>What this role offers, and how busy it is with searches.</summary>
internal sealed class RetrievalLoad(SearchAdmission admission, IOptions<RetrievalOptions> options) : IWorkerOfferSource
{
    // Every shard answers for all of them; who holds one says so to the others.
    public IReadOnlyList<WorkerOffer> Offers { get; } =
    [
        new WorkerOffer("", "", options.Value.Shards is { Count: > 1 } shards ? [Capabilities.Retrieval, Capabilities.RetrievalShard(shards.Index, shards.Count)] : [Capabilities.Retrieval], 0),
    ];

    public WorkerLoad Load
    {
        get
        {
            var admitted = admission.Admitted;
            return new WorkerLoad(Math.Min(admitted, admission.Concurrency), Math.Max(0, admitted - admission.Concurrency), admission.Capacity);
        }
    }
}
