using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>Captioning by ViT and GPT-2 and their like: <c>encoder_model</c>, and a <c>decoder_model_merged</c> that attends to its states.</summary>
internal static class VisionEncoderDecoder
{
    private const string Encoder = "encoder_model";
    private const string Decoder = "decoder_model_merged";

    public static bool Recognises(PublishedFolder folder) => folder.ModelType == "vision-encoder-decoder" || folder.HasArchitecture("VisionEncoderDecoderModel");

    /// <exception cref="Errors.MeshException">PackInvalid: names the file and the field.</exception>
    public static PackDefinition Read(PublishedFolder folder)
    {
        var (encoder, decoder) = (folder.Graph(Encoder), folder.Graph(Decoder));
        var tokenizer = Tokenizer.Load(folder.FilePath(PackFiles.Tokenizer));
        var tokens = NamedTokens.Read(folder, tokenizer);
        var config = folder.Config.Child("decoder") ?? throw folder.Config.Invalid("decoder", "is missing");
        var encoderConfig = folder.Config.Child("encoder") ?? throw folder.Config.Invalid("encoder", "is missing");
        var generation = GenerationConfig.Read(folder, tokens, config);
        var start = generation.DecoderStartTokenId ?? throw folder.Config.Invalid("decoder_start_token_id", "is missing");
        if (start >= tokenizer.VocabularySize)
        {
            throw folder.Config.Invalid("decoder_start_token_id", $"is {start}; {PackFiles.Tokenizer} has {tokenizer.VocabularySize} tokens");
        }

        var context = DecoderFacts.ContextLength(config, tokens);
        DecoderFacts.Check(config, decoder.Signature, tokenizer, config.First("vocab_size"));
        var width = encoder.Signature.Output("last_hidden_state", 3).Shape[2];
        encoderConfig.Agree(encoderConfig.First("hidden_size"), width, "the width of last_hidden_state out of encoder_model is");
        var states = decoder.Signature.Input("encoder_hidden_states", 3).Shape[2];
        if (width >= 0 && states >= 0 && width != states)
        {
            throw decoder.Signature.Invalid($"the input 'encoder_hidden_states' is {states} wide; encoder_model makes {width}");
        }

        return new PackDefinition
        {
            SourceName = "config.json",
            Name = folder.Name,
            Version = "",
            Description = "Captions of pictures; what is said beside the picture is not read",
            Capabilities = [PackCapabilities.Chat, PackCapabilities.ImageFeatures],
            Skills = ["describe"],
            ContextLength = context,
            MaxImages = 1,
            DefaultMaxNewTokens = generation.MaxNewTokens(context, promptLength: 1),
            EndTokenIds = generation.EndTokenIds,
            Generation = generation.Defaults,
            PictureInput = PictureInput.EncoderStates,
            Tokenizer = tokenizer,
            Preprocessor = VisionFacts.Preprocessor(folder, encoderConfig, encoder.Signature),
            ChatPrompt = new CaptionPrompt(folder.Name, start),
            Files = new Dictionary<string, string> { [PackFiles.Vision] = encoder.RelativePath, [PackFiles.Decoder] = decoder.RelativePath },
        };
    }
}
