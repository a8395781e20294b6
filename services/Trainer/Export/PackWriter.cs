using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using MultiModalMesh.Trainer.Commands;
using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Tokenization;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Export;

/// <param name="License">Of the weights, as SPDX names it.</param>
internal sealed record PackFacts(string Name, string Version, string License, string Description);

/// <summary>Writes a model pack: graphs, tokenizer, configurations in Hugging Face's names, and <c>pack.json</c> with a checksum of each file.</summary>
internal static class PackWriter
{
    private const int Bicubic = 3;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Of <c>config.json</c>.</summary>
    public const string ModelType = "picto";

    /// <param name="workspace">The model, its tokenizer, its shape.</param>
    /// <param name="folder">The pack's folder; files that the pack does not have are left alone.</param>
    /// <param name="facts">What the pack says of itself.</param>
    /// <param name="state">How far the training was.</param>
    public static void Write(Workspace workspace, string folder, PackFacts facts, RunState state)
    {
        var onnx = Path.Combine(folder, "onnx");
        Directory.CreateDirectory(onnx);
        new PictoGraphs(workspace.Shape, workspace.Model.Parameters.Read).Save(onnx, TrainingFacts(workspace, state));
        File.Copy(Path.Combine(workspace.Folder, Workspace.TokenizerName), Path.Combine(folder, Workspace.TokenizerName), true);
        File.Copy(Path.Combine(workspace.Folder, Workspace.PreprocessorName), Path.Combine(folder, Workspace.PreprocessorName), true);
        WriteJson(Path.Combine(folder, "config.json"), Configuration(workspace));
        string[] files =
        [
            "config.json", "onnx/" + PictoGraphs.Decoder, "onnx/" + PictoGraphs.EmbedTokens, "onnx/" + PictoGraphs.Text, "onnx/" + PictoGraphs.Vision,
            Workspace.PreprocessorName, Workspace.TokenizerName,
        ];
        WriteJson(Path.Combine(folder, "pack.json"), Manifest(workspace, facts, files.Select(f => Describe(folder, f))));
    }

    /// <summary>How the pictures of a model that starts from nothing are prepared.</summary>
    public static void WritePreprocessing(string path) => WriteJson(path, Preprocessing(new PictoShape { Vocabulary = 0 }));

    private static Dictionary<string, string> TrainingFacts(Workspace workspace, RunState state)
    {
        var facts = PackWeights.TrainingScalars.ToDictionary(name => name, name => workspace.Model.Parameters.Read(name).Values[0].ToString("R", CultureInfo.InvariantCulture));
        facts.Add(PackWeights.NextSample, state.NextSample.ToString(CultureInfo.InvariantCulture));
        return facts;
    }

    private static object Preprocessing(PictoShape shape) => new
    {
        image_processor_type = "CLIPImageProcessor",
        do_convert_rgb = true,
        do_resize = true,
        size = new { height = shape.ImageSize, width = shape.ImageSize },
        resample = Bicubic,
        do_center_crop = false,
        do_rescale = true,
        rescale_factor = 1.0 / 255,
        do_normalize = true,
        image_mean = PictoModel.Mean,
        image_std = PictoModel.Deviation,
    };

    private static object Configuration(Workspace workspace)
    {
        var shape = workspace.Shape;
        var special = workspace.Tokenizer.SpecialTokens;
        return new
        {
            model_type = ModelType,
            image_token_id = special[TokenizerWriter.Image],
            pad_token_id = special[TokenizerWriter.Pad],
            eos_token_id = special[TokenizerWriter.End],
            projection_dim = shape.Embedding,
            vision_config = new { image_size = shape.ImageSize, patch_size = shape.ImageSize / shape.Grid, hidden_size = shape.Width, num_hidden_layers = shape.VisionBlocks, num_attention_heads = shape.Heads },
            text_config = new
            {
                vocab_size = shape.Vocabulary,
                hidden_size = shape.Width,
                num_hidden_layers = shape.DecoderBlocks,
                num_attention_heads = shape.Heads,
                num_key_value_heads = shape.Heads,
                head_dim = shape.HeadWidth,
                max_position_embeddings = shape.Context,
            },
            text_encoder_config = new { num_hidden_layers = shape.TextBlocks, max_position_embeddings = shape.TextContext },
        };
    }

    private static object Manifest(Workspace workspace, PackFacts facts, IEnumerable<object> files) => new
    {
        name = facts.Name,
        version = facts.Version,
        license = facts.License,
        description = facts.Description,
        capabilities = Speaks(workspace.Settings) ? (string[])["image-embedding", "text-embedding", "chat"] : ["image-embedding", "text-embedding"],
        skills = Speaks(workspace.Settings) ? (string[])["describe", "answer", "chat", "search"] : ["search"],
        dimensions = workspace.Shape.Embedding,
        context = workspace.Shape.Context,
        text_context = workspace.Shape.TextContext,
        image_tokens = workspace.Shape.Patches,
        max_images = 1,
        max_new_tokens = 64,
        chat = new { user = TokenizerWriter.User, assistant = TokenizerWriter.Assistant, end = TokenizerWriter.End, image = TokenizerWriter.Image, describe_prompt = workspace.Settings.Data.Prompt },
        files,
    };

    /// <summary>A decoder that no stage has taught to speak is not offered.</summary>
    private static bool Speaks(TrainingSettings settings) => settings.Stage != Stage.Contrastive || settings.Init.Length > 0;

    private static object Describe(string folder, string path)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, path));
        return new { path, sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes = bytes.Length };
    }

    private static void WriteJson(string path, object content) => File.WriteAllText(path, JsonSerializer.Serialize(content, Indented) + "\n");
}
