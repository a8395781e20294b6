using MultiModalMesh.Errors;

namespace MultiModalMesh.ModelHub.Selection;

/// <summary>A precision in which graphs are published.</summary>
/// <param name="Name">As the command line spells it.</param>
/// <param name="Suffix">What a graph's file name ends with.</param>
internal sealed record GraphVariant(string Name, string Suffix)
{
    public const string Automatic = "auto";

    /// <summary>In the order in which <c>auto</c> takes them, which is that of serving on a processor: exact first, then what it computes fast.</summary>
    public static IReadOnlyList<GraphVariant> All { get; } =
    [
        new("fp32", ""),
        new("int8", "_int8"),
        new("quantized", "_quantized"),
        new("uint8", "_uint8"),
        new("q4", "_q4"),
        new("bnb4", "_bnb4"),
        new("fp16", "_fp16"),
        new("q4f16", "_q4f16"),
    ];

    /// <summary>The variants that a name allows, best first.</summary>
    /// <exception cref="MeshException">InvalidRequest.</exception>
    public static IReadOnlyList<GraphVariant> Find(string name) => name == Automatic
        ? All
        : All.FirstOrDefault(variant => variant.Name == name) is { } one
            ? [one]
            : throw new MeshException(
                ErrorReason.InvalidRequest, $"There is no variant '{name}'; variants are {Automatic}, {string.Join(", ", All.Select(variant => variant.Name))}.")
            {
                Field = "variant",
            };
}
