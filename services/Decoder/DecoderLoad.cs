using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Decoder;

/// <summary>What this role offers, and how busy its engines are.</summary>
internal sealed class DecoderLoad(PackCatalog catalog, IOptions<InferenceOptions> inference) : IWorkerOfferSource
{
    private readonly LoadedPack[] _packs = [.. catalog.Packs.Where(pack => pack.Decoder is not null)];

    public IReadOnlyList<WorkerOffer> Offers => [.. _packs.Select(pack => new WorkerOffer(pack.Pack.Name, pack.Pack.Version, Offered(pack.Pack), 0))];

    // A pack for chat goes on from a raw prompt as well as any other decoder, whether its folder says so or not.
    private static string[] Offered(ModelPack pack) =>
        [.. new[] { (Capabilities.Chat, pack.Has(PackCapabilities.Chat)), (Capabilities.Completion, pack.CompletesPrompts) }.Where(c => c.Item2).Select(c => c.Item1)];

    public WorkerLoad Load => new(
        _packs.Sum(pack => pack.Decoder!.ActiveSequences),
        _packs.Sum(pack => pack.Decoder!.WaitingSequences),
        _packs.Length * (inference.Value.MaxConcurrentSequences + inference.Value.MaxWaitingSequences));
}
