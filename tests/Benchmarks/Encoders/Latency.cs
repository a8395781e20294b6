using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks.Encoders;

/// <summary>The bar of single calls: at most 1.05 of the direct call and a millisecond.</summary>
internal static class Latency
{
    public static Row Row(string what, Pairs pairs, string theirs) => new(
        what,
        new Reading(theirs, "ms", Spread.Of(pairs.Theirs)),
        new Reading("gRPC, one caller", "ms", Spread.Of(pairs.Ours)),
        "ms",
        pairs.Compare((direct, ours) => ours - (1.05 * direct)),
        Bar.AtMost(1));
}
