using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace MultiModalMesh.Benchmarks.Reporting;

/// <summary>Where a run took place.</summary>
/// <param name="Date">Of the end, UTC.</param>
/// <param name="LoadBefore">One-minute load average at the start; what else the machine did.</param>
/// <param name="LoadAfter">The same at the end; includes the run.</param>
internal sealed record Machine(string Date, string Processor, int Cores, string Memory, string System, string Runtime, string OnnxRuntime, string LoadBefore, string LoadAfter)
{
    /// <summary>Only after a run: it would create ONNX Runtime's environment, which is the first model's to create.</summary>
    public static Machine Describe(TimeProvider time, string loadBefore) => new(
        time.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        Line("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB",
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        OrtEnv.Instance().GetVersionString(),
        loadBefore,
        LoadNow());

    /// <summary>One-minute load average, or a dash where the system has none.</summary>
    public static string LoadNow() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "–";

    public override string ToString() =>
        $"{Date} · {Processor}, {Cores} cores, {Memory} · {System} · {Runtime}, ONNX Runtime {OnnxRuntime} · load {LoadBefore} before, {LoadAfter} after";

    private static string? Line(string file, string key) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : null;
}
