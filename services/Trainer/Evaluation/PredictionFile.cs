using System.Globalization;
using System.Text.Json;

namespace MultiModalMesh.Trainer.Evaluation;

/// <param name="Right">0..1.</param>
/// <param name="Picture">PNG, as the model saw it.</param>
internal sealed record Prediction(string Example, string Question, IReadOnlyList<string> Expected, string Said, double Right, byte[] Picture);

/// <summary>What a model said about validation pictures, one file for each evaluation.</summary>
internal static class PredictionFile
{
    public const string Folder = "predictions";

    public static void Write(string folder, long step, IReadOnlyList<Prediction> predictions)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"step-{step:D9}.json"));
        File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(predictions));
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>In the order of the steps.</summary>
    public static IReadOnlyList<(long Step, string Path)> List(string folder) =>
        Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "step-*.json").Order(StringComparer.Ordinal).Select(p => (long.Parse(Path.GetFileNameWithoutExtension(p)["step-".Length..], CultureInfo.InvariantCulture), p))]
            : [];

    public static IReadOnlyList<Prediction> Read(string path) => JsonSerializer.Deserialize<Prediction[]>(File.ReadAllBytes(path)) ?? [];
}
