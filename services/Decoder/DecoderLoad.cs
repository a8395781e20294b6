using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Decoder;

/// <summary>What this role offers, and how busy its engines are.</summary>
internal sealed class DecoderLoad(PackPool packs, IOptions<InferenceOptions> inference) : IWorkerOfferSource
{
    public IReadOnlyList<WorkerOffer> Offers =>
        [.. packs.Offered(PackParts.Decoder).Select(pack => new WorkerOffer(pack.Name, pack.Version, Offered(pack), 0))];

    public WorkerLoad Load
    {
        get
        {
            var engines = packs.Loaded.Select(pack => pack.Decoder).OfType<DecoderEngine>().ToList();
            return new WorkerLoad(
                engines.Sum(engine => engine.ActiveSequences),
                engines.Sum(engine => engine.WaitingSequences),
                packs.Offered(PackParts.Decoder).Count * (inference.Value.MaxConcurrentSequences + inference.Value.MaxWaitingSequences),
                engines.Sum(engine => engine.TokensInFlight),
                Speed(engines));
        }
    }

    // A pack for chat goes on from a raw prompt as well as any other decoder, whether its folder says so or not.
    private static string[] Offered(ModelPack pack) =>
        [.. new[] { (Capabilities.Chat, pack.Has(PackCapabilities.Chat)), (Capabilities.Completion, pack.CompletesPrompts) }.Where(c => c.Item2).Select(c => c.Item1)];

    // Of the packs that have work, because they share the device; with none at work, the slowest, which promises least.
    private static double Speed(List<DecoderEngine> engines)
    {
        var measured = engines.Select(engine => (Busy: engine.TokensInFlight > 0, engine.TokensPerSecond)).Where(engine => engine.TokensPerSecond > 0).ToList();
        return measured.Exists(engine => engine.Busy) ? measured.Where(engine => engine.Busy).Sum(engine => engine.TokensPerSecond)
            : measured.Count > 0 ? measured.Min(engine => engine.TokensPerSecond) : 0;
    }
}
