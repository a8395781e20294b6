using System.Text.Json;

namespace MultiModalMesh.Inference.Tests;

/// <summary>Small packs with golden outputs of the reference implementation; see fixtures/hf/README.md.</summary>
internal static class Fixtures
{
    public static string Path(params string[] parts) => System.IO.Path.Combine([AppContext.BaseDirectory, "fixtures", "hf", .. parts]);

    public static JsonElement Goldens(string pack) => JsonDocument.Parse(File.ReadAllBytes(Path(pack, "goldens.json"))).RootElement;

    public static int[] Ints(this JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetInt32())];

    /// <summary>The bytes of a picture among the fixtures.</summary>
    public static byte[] Image(string name) => File.ReadAllBytes(Path("images", name));

    /// <summary>The data of an NPY 1.0 file.</summary>
    public static byte[] Npy(params string[] parts)
    {
        var bytes = File.ReadAllBytes(Path(parts));
        return bytes[(10 + BitConverter.ToUInt16(bytes, 8))..];
    }

    public static float[] NpyFloats(params string[] parts) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Npy(parts)).ToArray();
}
