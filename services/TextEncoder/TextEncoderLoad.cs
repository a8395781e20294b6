using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using MultiModalMesh.ModelHosting.Streams;
using MultiModalMesh.Workers;

namespace MultiModalMesh.TextEncoder;

/// <summary>What this role offers, and how busy it is.</summary>
internal sealed class TextEncoderLoad(PackPool packs, IOptions<InferenceOptions> inference, TimeProvider time) : IWorkerOfferSource
{
    private readonly WorkCounter _texts = new(inference.Value.EncoderMaxBatch, inference.Value.EncoderQueueCapacity, time);

    public IReadOnlyList<WorkerOffer> Offers =>
        [.. packs.Offered(PackParts.Text).Select(pack => new WorkerOffer(pack.Name, pack.Version, [Capabilities.TextEmbedding], pack.Dimensions))];

    public WorkerLoad Load => _texts.Load;

    /// <summary>Counts a text until the result is disposed.</summary>
    public IDisposable Enter() => _texts.Enter();
}
