using MultiModalMesh.Benchmarks.Allocations;
using MultiModalMesh.Benchmarks.Decoding;
using MultiModalMesh.Benchmarks.Encoders;
using MultiModalMesh.Benchmarks.Memory;
using MultiModalMesh.Benchmarks.Orchestration;
using MultiModalMesh.Benchmarks.Pictures;
using MultiModalMesh.Benchmarks.Retrieval;
using MultiModalMesh.Benchmarks.Routing;
using MultiModalMesh.Benchmarks.Shipped;

namespace MultiModalMesh.Benchmarks;

/// <param name="Name">On the command line.</param>
/// <param name="Measurements">In the order of the table's lines.</param>
internal sealed record Table(string Name, IReadOnlyList<IMeasurement> Measurements)
{
    public static readonly IReadOnlyList<Table> All =
    [
        new("encoders", [new ImageThroughput(), new ImageLatency(), new TextThroughput(), new TextLatency()]),
        new("decoder", [new OneStream(), new ManyDialogues(), new WarmPrefix(), new Overload(), new GrpcOverhead(), new CancelledSlot(), new FusedAttentionGain()]),
        new("routing", [new AffinityGain(), new TenantFlood()]),
        new("orchestration", [new TurnCost("sqlite", AllInOne.StartAsync), new TurnCost("garnet", TwoSilos.StartAsync), new Population()]),
        new("memory", [new LoadUnload()]),
        new("pictures", [new PicturePreparation()]),
        new("allocations", [new TokenAllocations(), new PictureAllocations()]),
        new("retrieval", [new ScanSpeed(), new FilterCost(), new MappedStart()]),
        new("picto", [new EightBits()]),
    ];
}
