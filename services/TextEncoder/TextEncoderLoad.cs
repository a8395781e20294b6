using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.ModelHosting.Streams;
using MultiModalMesh.Workers;

namespace MultiModalMesh.TextEncoder;

/// <summary>What this role offers, and how busy it is.</summary>
internal sealed class TextEncoderLoad(PackCatalog catalog, IOptions<InferenceOptions> inference, TimeProvider time) : IWorkerOfferSource
{
    private readonly WorkCounter _texts = new(inference.Value.EncoderMaxBatch, inference.Value.EncoderQueueCapacity, time);

    public IReadOnlyList<WorkerOffer> Offers { get; } =
    [
        .. catalog.Packs.Where(pack => pack.TextEncoder is not null)
            .Select(pack => new WorkerOffer(pack.Pack.Name, pack.Pack.Version, [Capabilities.TextEmbedding], pack.Pack.Dimensions)),
    ];

    public WorkerLoad Load => _texts.Load;

    /// <summary>Counts a text until the result is disposed.</summary>
    public IDisposable Enter() => _texts.Enter();
}
