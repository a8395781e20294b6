using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Inference.Sessions;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>Idefics3 and SmolVLM: <c>vision_encoder</c> over tiles, <c>embed_tokens</c>, <c>decoder_model_merged</c> over embeddings.</summary>
internal static class TiledVisionLanguage
{
    private const string VisionEncoder = "vision_encoder";
    private const string EmbedTokens = "embed_tokens";
    private const string Decoder = "decoder_model_merged";

    public static bool Recognises(PublishedFolder folder) =>
        folder.ModelType is "idefics3" or "smolvlm" || folder.HasArchitecture("Idefics3ForConditionalGeneration") || folder.HasArchitecture("SmolVLMForConditionalGeneration");

    /// <exception cref="Errors.MeshException">PackInvalid: names the file and the field.</exception>
    public static PackDefinition Read(PublishedFolder folder)
    {
        var (vision, embedding, decoder) = (folder.Graph(VisionEncoder), folder.Graph(EmbedTokens), folder.Graph(Decoder));
        var tokenizer = Tokenizer.Load(folder.FilePath(PackFiles.Tokenizer));
        var tokens = NamedTokens.Read(folder, tokenizer);
        var text = folder.Config.Child("text_config") ?? throw folder.Config.Invalid("text_config", "is missing");
        var visionConfig = folder.Config.Child("vision_config");
        var generation = GenerationConfig.Read(folder, tokens, text);
        var context = DecoderFacts.ContextLength(text, tokens);
        DecoderFacts.Check(text, decoder.Signature, tokenizer, text.First("vocab_size"));
        CheckWidths(text, vision.Signature, embedding.Signature, decoder.Signature);

        var preprocessor = VisionFacts.Preprocessor(folder, visionConfig, vision.Signature);
        var tiling = preprocessor.Tiling!;
        var viewTokens = ViewTokens(folder, visionConfig, vision.Signature);
        var pictures = new PictureTokens(
            ImageToken(folder, tokenizer),
            tokens.RequireSpecial("fake_image_token", "<fake_token_around_image>"),
            tokens.RequireSpecial("global_image_token", "<global-img>"),
            viewTokens);
        var template = PackTemplate.Find(folder) ?? throw folder.Config.Invalid(
            "model_type", $"is '{folder.ModelType}', which needs a chat template, but neither chat_template.jinja, chat_template.json nor tokenizer_config.json has one");
        var maxImages = Math.Max(1, context / ((viewTokens + 2) * tiling.MaxViews));
        return new PackDefinition
        {
            SourceName = "config.json",
            Name = folder.Name,
            Version = "",
            Description = $"{folder.ModelType}: dialogues about pictures",
            Capabilities = [PackCapabilities.Chat, PackCapabilities.Completion, PackCapabilities.ImageFeatures],
            Skills = ["describe", "answer", "chat"],
            ContextLength = context,
            ImageTokens = viewTokens,
            MaxImages = maxImages,
            DefaultMaxNewTokens = generation.MaxNewTokens(context),
            EndTokenIds = generation.EndTokenIds,
            Generation = generation.Defaults,
            PictureInput = PictureInput.Positions,
            Tokenizer = tokenizer,
            Preprocessor = preprocessor,
            ChatPrompt = new TemplateChatPrompt(template, tokenizer, tokens.Texts, context, pictures, maxImages),
            Files = new Dictionary<string, string>
            {
                [PackFiles.Vision] = vision.RelativePath,
                [PackFiles.EmbedTokens] = embedding.RelativePath,
                [PackFiles.Decoder] = decoder.RelativePath,
            },
        };
    }

    private static void CheckWidths(JsonFile text, OnnxSignature vision, OnnxSignature embedding, OnnxSignature decoder)
    {
        var width = text.First("hidden_size");
        text.Agree(width, embedding.Output("inputs_embeds", 3).Shape[2], "the width of inputs_embeds out of embed_tokens is");
        text.Agree(width, decoder.Input("inputs_embeds", 3).Shape[2], "the width of inputs_embeds into decoder_model_merged is");
        if (!vision.Outputs.TryGetValue("image_features", out var features))
        {
            throw vision.Invalid($"the output 'image_features' is missing; the graph has {string.Join(", ", vision.Outputs.Keys)}");
        }

        text.Agree(width, features.Shape.Length > 0 ? features.Shape[^1] : -1, "the width of image_features out of vision_encoder is");
    }

    private static int ViewTokens(PublishedFolder folder, JsonFile? visionConfig, OnnxSignature vision)
    {
        var file = folder.Optional("processor_config.json");
        var promised = file?.First("image_seq_len");
        var computed = visionConfig?.First("image_size") is { } size && visionConfig.First("patch_size") is { } patch && folder.Config.First("scale_factor") is { } scale
            ? size.Value / patch.Value / scale.Value * (size.Value / patch.Value / scale.Value)
            : -1;
        var shape = vision.Outputs["image_features"].Shape;
        var actual = shape.Length == 3 ? shape[1] : -1;
        file?.Agree(promised, actual, "the rows of image_features for a picture are");
        file?.Agree(promised, computed, "config.json's image_size, patch_size and scale_factor make");
        return promised?.Value ?? (actual > 0 ? actual : computed > 0 ? computed : throw folder.Config.Invalid("scale_factor", "is missing, and processor_config.json has no image_seq_len"));
    }

    private static string ImageToken(PublishedFolder folder, Tokenizer tokenizer)
    {
        var id = folder.Config.OptionalInteger("image_token_id", 0, int.MaxValue);
        foreach (var (text, special) in tokenizer.SpecialTokens)
        {
            if (id is null ? text == "<image>" : special == id)
            {
                return text;
            }
        }

        throw folder.Config.Invalid("image_token_id", $"is {id?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "missing"}; {PackFiles.Tokenizer} has no such special token");
    }
}
