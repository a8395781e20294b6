using MultiModalMesh.Errors;

namespace MultiModalMesh.ModelHub.Selection;

/// <summary>A precision in which graphs are published, and the ends that their files' names have for it.</summary>
/// <param name="Name">As the command line spells it.</param>
/// <param name="Suffixes">The first that is published is taken.</param>
internal sealed record GraphVariant(string Name, IReadOnlyList<string> Suffixes)
{
    public const string Automatic = "auto";

    public static IReadOnlyList<GraphVariant> All { get; } =
    [
        new("fp32", [""]),
        new("fp16", ["_fp16"]),
        new("int8", ["_int8", "_quantized"]),
        new("uint8", ["_uint8"]),
        new("q8", ["_quantized", "_int8"]),
        new("q4", ["_q4"]),
        new("q4f16", ["_q4f16"]),
        new("bnb4", ["_bnb4"]),
    ];

    /// <summary>Full precision runs everywhere and is exact; where it is not published, what a processor is fast at comes first.</summary>
    private static readonly GraphVariant Auto = new(Automatic, ["", "_quantized", "_int8", "_uint8", "_q4", "_fp16", "_q4f16", "_bnb4"]);

    /// <exception cref="MeshException">InvalidRequest.</exception>
    public static GraphVariant Find(string name) => name == Automatic
        ? Auto
        : All.FirstOrDefault(variant => variant.Name == name)
          ?? throw new MeshException(
              ErrorReason.InvalidRequest, $"There is no variant '{name}'; variants are {Automatic}, {string.Join(", ", All.Select(variant => variant.Name))}.")
          {
              Field = "variant",
          };
}
