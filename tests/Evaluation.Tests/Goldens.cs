using System.Text.Json;

namespace MultiModalMesh.Evaluation.Tests;

/// <summary>
/// Values of the reference Python programs (pycocoevalcap's BLEU, ROUGE-L and CIDEr-D; VQA v2's answer normalisation and accuracy) for made-up captions and
/// answers; the file says which. They are to agree to 1e-6.
/// </summary>
internal static class Goldens
{
    public const double Tolerance = 1e-6;

    public static JsonElement Root { get; } = JsonElement.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "goldens", "metrics.json")));

    public static double[] Numbers(this JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];

    public static string[] Texts(this JsonElement array) => [.. array.EnumerateArray().Select(text => text.GetString()!)];
}
