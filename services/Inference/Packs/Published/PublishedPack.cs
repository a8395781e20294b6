using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>Reads a pack as it is published, by the family that its files say it is of.</summary>
internal static class PublishedPack
{
    /// <summary>What is read, for messages.</summary>
    private const string Families =
        "CLIP and SigLIP (text_model, vision_model), decoders with a KV cache (model or decoder_model_merged), Idefics3/SmolVLM (vision_encoder, embed_tokens, "
        + "decoder_model_merged), vision-encoder-decoder (encoder_model, decoder_model_merged)";

    /// <param name="directory">Full path of the folder.</param>
    /// <param name="variant">One of <see cref="GraphVariant"/>'s.</param>
    /// <param name="device">Decides what <c>auto</c> means.</param>
    /// <exception cref="MeshException">PackInvalid: names the file and the field.</exception>
    public static PackDefinition Read(string directory, string variant, string device)
    {
        if (!GraphVariant.IsKnown(variant))
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"Variant is '{variant}'; supported: {GraphVariant.Supported}.") { Field = "Variant" };
        }

        var folder = new PublishedFolder(directory, variant, device);
        var definition = folder switch
        {
            _ when TiledVisionLanguage.Recognises(folder) => TiledVisionLanguage.Read(folder),
            _ when VisionEncoderDecoder.Recognises(folder) => VisionEncoderDecoder.Read(folder),
            _ when TwoTowers.Recognises(folder) => TwoTowers.Read(folder),
            _ when CausalDecoder.Recognises(folder) => CausalDecoder.Read(folder),
            _ => throw folder.Config.Invalid(
                "model_type", $"is '{folder.ModelType}' and the graphs are {string.Join(", ", folder.AllGraphs())}; supported: {Families}"),
        };

        // Last: only now it is known which graphs are used.
        return definition with { Version = folder.Version(), License = ModelCard.License(directory) };
    }
}
