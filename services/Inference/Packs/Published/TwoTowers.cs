using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Inference.Sessions;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>CLIP and SigLIP: <c>text_model</c> and <c>vision_model</c>, one of them or both, into one space.</summary>
internal static class TwoTowers
{
    private const string TextModel = "text_model";
    private const string VisionModel = "vision_model";

    // What the reference's text configurations assume where max_position_embeddings is left out, as published files do.
    private const int ClipTextLength = 77;
    private const int SiglipTextLength = 64;

    public static bool Recognises(PublishedFolder folder) => IsClip(folder) || IsSiglip(folder);

    /// <exception cref="Errors.MeshException">PackInvalid: names the file and the field.</exception>
    public static PackDefinition Read(PublishedFolder folder)
    {
        if (!folder.HasGraph(TextModel) && !folder.HasGraph(VisionModel))
        {
            folder.Graph(TextModel);
        }

        var tokenizer = Tokenizer.Load(folder.FilePath(PackFiles.Tokenizer));
        var text = folder.HasGraph(TextModel) ? folder.Graph(TextModel) : null;
        var vision = folder.HasGraph(VisionModel) ? folder.Graph(VisionModel) : null;
        return new PackDefinition
        {
            SourceName = "config.json",
            Name = folder.Name,
            Version = "",
            Description = $"{folder.ModelType} encoders of pictures and texts",
            Capabilities = [.. vision is null ? (string[])[] : [PackCapabilities.ImageEmbedding], .. text is null ? (string[])[] : [PackCapabilities.TextEmbedding]],
            Skills = ["search"],
            Dimensions = Dimensions(folder, text?.Signature, vision?.Signature),
            Tokenizer = tokenizer,
            TextInput = text is null ? null : TextInputOf(folder, tokenizer),
            Preprocessor = vision is null ? null : VisionFacts.Preprocessor(folder, folder.Config.Child("vision_config"), vision.Signature),
            Files = Files(text, vision),
        };
    }

    private static bool IsClip(PublishedFolder folder) => folder.ModelType.StartsWith("clip", StringComparison.Ordinal);

    private static bool IsSiglip(PublishedFolder folder) => folder.ModelType.StartsWith("siglip", StringComparison.Ordinal);

    private static int Dimensions(PublishedFolder folder, OnnxSignature? text, OnnxSignature? vision)
    {
        var promised = IsClip(folder)
            ? folder.Config.First("projection_dim")
            : folder.Config.Child("text_config")?.First("projection_size", "hidden_size");
        var dimensions = promised?.Value ?? -1;
        foreach (var graph in new[] { vision, text }.OfType<OnnxSignature>())
        {
            var name = EmbeddingName(folder, graph);
            var columns = graph.Output(name, 2).Shape[1];
            if (dimensions >= 0 && columns >= 0 && columns != dimensions)
            {
                throw graph.Invalid(promised is { } promise
                    ? $"the output '{name}' has {columns} columns; config.json says {promise.Field} {promise.Value}"
                    : $"the output '{name}' has {columns} columns; the other tower has {dimensions}");
            }

            dimensions = columns >= 0 ? columns : dimensions;
        }

        return dimensions > 0
            ? dimensions
            : throw folder.Config.Invalid(IsClip(folder) ? "projection_dim" : "text_config.hidden_size", "is missing, and the graphs leave it open");
    }

    private static string EmbeddingName(PublishedFolder folder, OnnxSignature graph)
    {
        var projected = graph.Inputs.ContainsKey("pixel_values") ? "image_embeds" : "text_embeds";
        return IsClip(folder) || graph.Outputs.ContainsKey(projected) ? projected : "pooler_output";
    }

    private static TextInput TextInputOf(PublishedFolder folder, Tokenizer tokenizer)
    {
        var tokens = NamedTokens.Read(folder, tokenizer);
        var config = folder.Config.Child("text_config") ?? folder.Config;
        var positions = config.First("max_position_embeddings")?.Value ?? (IsClip(folder) ? ClipTextLength : SiglipTextLength);
        var length = Math.Min(positions, tokens.ModelMaxLength ?? positions);
        if (config.First("vocab_size") is { } vocabulary && tokenizer.VocabularySize > vocabulary.Value)
        {
            throw config.Invalid(vocabulary.Field, $"is {vocabulary.Value}, but {PackFiles.Tokenizer} has {tokenizer.VocabularySize} tokens");
        }

        var end = tokens.Id("eos_token");
        if (IsSiglip(folder))
        {
            // Trained on texts filled up with the padding token, without a mask, and pooled at the last position: the filling is part of the text.
            var pad = tokens.Id("pad_token") ?? config.OptionalInteger("pad_token_id", 0, int.MaxValue) ?? end
                ?? throw config.Invalid("pad_token_id", "is missing, and the tokenizer names no padding token");
            return new TextInput(tokenizer, length, pad, alwaysFull: true);
        }

        // Causal, and pooled at the first end token: what follows that token is never seen. Filling up with end tokens keeps it the first.
        return new TextInput(
            tokenizer, length, end ?? throw folder.Config.Invalid("text_config.eos_token_id", "cannot be used, and the tokenizer names no end token"), ignoresPadding: true);
    }

    private static Dictionary<string, string> Files(PublishedGraph? text, PublishedGraph? vision)
    {
        var files = new Dictionary<string, string>();
        if (text is not null)
        {
            files[PackFiles.Text] = text.RelativePath;
        }

        if (vision is not null)
        {
            files[PackFiles.Vision] = vision.RelativePath;
        }

        return files;
    }
}
