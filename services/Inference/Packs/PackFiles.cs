namespace MultiModalMesh.Inference.Packs;

/// <summary>
/// The parts of a pack, by where they lie in one with <c>pack.json</c>; <see cref="ModelPack.FilePath"/> finds them in published ones too.
/// </summary>
public static class PackFiles
{
    public const string Manifest = "pack.json";
    public const string Tokenizer = "tokenizer.json";
    public const string Preprocessor = "preprocessor_config.json";

    /// <summary><c>pixel_values [batch, 3, height, width]</c> to <c>image_embeds [batch, dimensions]</c>, <c>image_features [batch, tokens, decoder width]</c>.</summary>
    public const string Vision = "onnx/vision_model.onnx";

    /// <summary><c>input_ids, attention_mask [batch, length]</c> to <c>text_embeds [batch, dimensions]</c>.</summary>
    public const string Text = "onnx/text_model.onnx";

    /// <summary><c>input_ids [batch, length]</c> to <c>inputs_embeds [batch, length, decoder width]</c>.</summary>
    public const string EmbedTokens = "onnx/embed_tokens.onnx";

    /// <summary>The decoder with its KV cache.</summary>
    public const string Decoder = "onnx/decoder_model_merged.onnx";

    /// <summary><c>image_features [batch, tokens, decoder width]</c> to <c>distance [batch]</c> from the pictures that the pack knows. Optional.</summary>
    public const string Familiarity = "onnx/familiarity_model.onnx";
}

/// <summary>What a pack can do, as <c>pack.json</c> spells it.</summary>
public static class PackCapabilities
{
    public const string ImageEmbedding = "image-embedding";
    public const string TextEmbedding = "text-embedding";
    public const string Chat = "chat";

    /// <summary>What a decoder of the same pack sees of pictures, from a vision encoder that makes no embeddings. Of published packs only.</summary>
    public const string ImageFeatures = "image-features";

    /// <summary>Goes on from a raw prompt. Of published packs only.</summary>
    public const string Completion = "completion";

    /// <summary>What a <c>pack.json</c> may name.</summary>
    internal static readonly string[] All = [ImageEmbedding, TextEmbedding, Chat];
}
