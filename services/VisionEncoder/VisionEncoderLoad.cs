using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using MultiModalMesh.ModelHosting.Streams;
using MultiModalMesh.Workers;

namespace MultiModalMesh.VisionEncoder;

/// <summary>What this role offers, and how busy it is.</summary>
internal sealed class VisionEncoderLoad(PackPool packs, IOptions<InferenceOptions> inference, TimeProvider time) : IWorkerOfferSource
{
    private readonly WorkCounter _pictures = new(inference.Value.EncoderMaxBatch, inference.Value.EncoderQueueCapacity, time);

    public IReadOnlyList<WorkerOffer> Offers =>
        [.. packs.Offered(PackParts.Vision).Select(pack => new WorkerOffer(pack.Name, pack.Version, [Capability(pack)], pack.Dimensions))];

    public WorkerLoad Load => _pictures.Load;

    private static string Capability(ModelPack pack) => pack.Has(PackCapabilities.ImageEmbedding) ? Capabilities.ImageEmbedding : Capabilities.ImageFeatures;

    /// <summary>Counts a picture until the result is disposed.</summary>
    public IDisposable Enter() => _pictures.Enter();
}
