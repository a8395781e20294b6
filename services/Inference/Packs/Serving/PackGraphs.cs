using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Inference.Sessions;

namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>
/// Holds a pack's graphs against what it says of itself without opening them, so that a pack which is opened at first use is refused at the start
/// already. Opening looks at everything again, and at what only running tells.
/// </summary>
internal static class PackGraphs
{
    /// <summary>Checks the graphs of these parts.</summary>
    /// <returns>Bytes of the graphs and of the weights beside them.</returns>
    /// <exception cref="MeshException">PackInvalid: names the file and the tensor.</exception>
    public static long Check(ModelPack pack, PackParts parts)
    {
        parts &= LoadedPack.PartsOf(pack);
        var bytes = 0L;
        if (parts.HasFlag(PackParts.Vision))
        {
            CheckVision(pack, Read(pack, PackFiles.Vision, ref bytes));
        }

        if (parts.HasFlag(PackParts.Text))
        {
            var text = Read(pack, PackFiles.Text, ref bytes);
            text.Input("input_ids", 2);
            CheckColumns(pack, text, "text_embeds", "pooler_output");
        }

        if (parts.HasFlag(PackParts.Decoder))
        {
            CheckDecoder(pack, Read(pack, PackFiles.Decoder, ref bytes), ref bytes);
        }

        return bytes;
    }

    private static OnnxSignature Read(ModelPack pack, string file, ref long bytes)
    {
        var path = pack.FilePath(file);
        if (!File.Exists(path))
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: the file is missing.");
        }

        // Weights outside of a graph are named after it: model.onnx_data, model.onnx.data, model.onnx_data_1.
        var name = Path.GetFileName(path);
        bytes += new DirectoryInfo(Path.GetDirectoryName(path)!).EnumerateFiles($"{name}*").Sum(beside => beside.Length);
        return OnnxSignature.Read(path);
    }

    private static void CheckVision(ModelPack pack, OnnxSignature graph)
    {
        var shape = graph.Input("pixel_values", pack.Preprocessor!.Tiling is null ? 4 : 5).Shape;
        if (pack.Preprocessor.OutputSize is { } size && (Differs(shape[^3], Picture.Channels) || Differs(shape[^2], size.Height) || Differs(shape[^1], size.Width)))
        {
            throw graph.Invalid(
                $"the input 'pixel_values' is {string.Join(" x ", shape)}; {PackFiles.Preprocessor} makes {Picture.Channels} x {size.Height} x {size.Width}");
        }

        if (pack.Has(PackCapabilities.ImageEmbedding))
        {
            CheckColumns(pack, graph, "image_embeds", "pooler_output");
        }
    }

    private static void CheckDecoder(ModelPack pack, OnnxSignature graph, ref long bytes)
    {
        if (!graph.Inputs.ContainsKey("input_ids"))
        {
            graph.Input("inputs_embeds", 3);
            Read(pack, PackFiles.EmbedTokens, ref bytes).Output("inputs_embeds", 3);
        }

        graph.Input("past_key_values.0.key", 4);
        var columns = graph.Output("logits", 3).Shape[2];
        if (columns >= 0 && pack.Tokenizer.VocabularySize > columns)
        {
            throw graph.Invalid($"the output 'logits' has {columns} columns; the tokenizer has {pack.Tokenizer.VocabularySize} tokens");
        }
    }

    private static void CheckColumns(ModelPack pack, OnnxSignature graph, string name, string otherName)
    {
        name = graph.Outputs.ContainsKey(name) || !graph.Outputs.ContainsKey(otherName) ? name : otherName;
        var columns = graph.Output(name, 2).Shape[1];
        if (Differs(columns, pack.Dimensions))
        {
            throw graph.Invalid($"the output '{name}' has {columns} columns; {pack.SourceName} says dimensions {pack.Dimensions}");
        }
    }

    private static bool Differs(int shape, int expected) => shape >= 0 && shape != expected;
}
