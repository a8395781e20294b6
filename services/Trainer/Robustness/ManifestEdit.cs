using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Trainer.Robustness;

/// <summary>Puts a calibration into a pack's manifest; every other field stays, and no listed file changes.</summary>
internal static class ManifestEdit
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string folder, AnswerCalibration calibration)
    {
        var path = Path.Combine(folder, "pack.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        manifest.Remove("calibration");
        var field = new JsonObject { ["slope"] = calibration.Slope, ["intercept"] = calibration.Intercept, ["threshold"] = calibration.Threshold };

        // The list of files is long; what people read stands before it.
        if (manifest.IndexOf("files") is >= 0 and var files)
        {
            manifest.Insert(files, "calibration", field);
        }
        else
        {
            manifest["calibration"] = field;
        }

        File.WriteAllText(path + ".new", manifest.ToJsonString(Indented) + "\n");
        File.Move(path + ".new", path, overwrite: true);
    }
}
