using System.Diagnostics.Metrics;

namespace MultiModalMesh.Grains.Telemetry;

/// <summary>What is measured of the grains' durable states: what a turn costs the store.</summary>
internal static class StateInstruments
{
    public const string WritesName = "mesh.state.writes";

    private static readonly Meter Meter = new(GrainTelemetry.SourceName);

    private static readonly Counter<long> Writes =
        Meter.CreateCounter<long>(WritesName, "{write}", "Durable writes that the store was asked for, deletions too, by state (dialogue, user).");

    private static readonly Counter<long> WrittenBytes =
        Meter.CreateCounter<long>("mesh.state.written", "By", "Bytes of the states in those writes, by state.");

    public static void Wrote(string state, int bytes)
    {
        var tag = new KeyValuePair<string, object?>("state", state);
        Writes.Add(1, tag);
        WrittenBytes.Add(bytes, tag);
    }
}
