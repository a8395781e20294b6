using System.Collections.Frozen;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>The quantised variants of a graph by the suffixes they are published under.</summary>
internal static class GraphVariant
{
    public const string Auto = "auto";

    private static readonly FrozenDictionary<string, string> Suffixes = new Dictionary<string, string>
    {
        ["fp32"] = "",
        ["fp16"] = "_fp16",
        ["int8"] = "_int8",
        ["uint8"] = "_uint8",
        ["quantized"] = "_quantized",
        ["q4"] = "_q4",
        ["q4f16"] = "_q4f16",
        ["bnb4"] = "_bnb4",
    }.ToFrozenDictionary();

    // Full precision first where there is nothing to gain on the device; a CPU computes in 32 bits whatever the weights are stored in, so
    // half precision comes last there.
    private static readonly string[] OnCpu = ["fp32", "int8", "quantized", "uint8", "q4", "bnb4", "fp16", "q4f16"];
    private static readonly string[] OnGpu = ["fp16", "fp32", "q4f16", "q4", "bnb4", "int8", "quantized", "uint8"];

    /// <summary>All names, for messages.</summary>
    public static string Supported { get; } = string.Join(", ", OnCpu.Prepend(Auto));

    public static bool IsKnown(string variant) => variant == Auto || Suffixes.ContainsKey(variant);

    public static string Suffix(string variant) => Suffixes[variant];

    /// <summary>The variants to look for, best first.</summary>
    public static IReadOnlyList<string> Preference(string variant, string device) =>
        variant != Auto ? [variant] : device.StartsWith("cpu", StringComparison.Ordinal) ? OnCpu : OnGpu;

    /// <summary>The variants in order of size, largest first, for lists.</summary>
    public static IEnumerable<string> All => OnCpu;
}
