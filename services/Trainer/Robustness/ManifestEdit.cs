using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Trainer.Robustness;

/// <summary>Puts a calibration and its graph into a pack's manifest; every other field stays, and no other file changes.</summary>
internal static class ManifestEdit
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string folder, AnswerCalibration calibration)
    {
        var path = Path.Combine(folder, "pack.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        manifest.Remove("calibration");
        var field = new JsonObject { ["slope"] = calibration.Slope, ["intercept"] = calibration.Intercept, ["threshold"] = calibration.Threshold };

        if (calibration.Familiar is { } familiar)
        {
            field["familiar"] = new JsonObject { ["near"] = familiar.Near, ["far"] = familiar.Far };
            List(manifest["files"]!.AsArray(), folder, PackFiles.Familiarity);
        }

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

    private static void List(JsonArray files, string folder, string path)
    {
        files.RemoveAll(f => f?["path"]?.GetValue<string>() == path);
        var bytes = File.ReadAllBytes(Path.Combine(folder, path));
        files.Add(new JsonObject { ["path"] = path, ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes)), ["bytes"] = bytes.Length });
    }
}
