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

    private static string[] Offered(ModelPack pack) =>
        [.. new[] { (PackCapabilities.Chat, Capabilities.Chat), (PackCapabilities.Completion, Capabilities.Completion) }.Where(c => pack.Has(c.Item1)).Select(c => c.Item2)];

    public WorkerLoad Load => new(
        _packs.Sum(pack => pack.Decoder!.ActiveSequences),
        _packs.Sum(pack => pack.Decoder!.WaitingSequences),
        _packs.Length * (inference.Value.MaxConcurrentSequences + inference.Value.MaxWaitingSequences),
        _packs.Sum(pack => pack.Decoder!.TokensInFlight),
        Speed,
        _packs.Length * inference.Value.MaxConcurrentSequences);

    // Of the packs that have work, because they share the device; with none at work, the slowest, which promises least.
    private double Speed
    {
        get
        {
            var measured = _packs.Select(pack => (Busy: pack.Decoder!.TokensInFlight > 0, pack.Decoder!.TokensPerSecond)).Where(pack => pack.TokensPerSecond > 0).ToList();
            return measured.Exists(pack => pack.Busy) ? measured.Where(pack => pack.Busy).Sum(pack => pack.TokensPerSecond)
                : measured.Count > 0 ? measured.Min(pack => pack.TokensPerSecond) : 0;
        }
    }
}
