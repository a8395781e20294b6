using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>Text-only decoders: <c>model</c>, or in older repositories <c>decoder_model_merged</c>, with <c>input_ids</c> and a KV cache.</summary>
internal static class CausalDecoder
{
    private const string Model = "model";
    private const string Merged = "decoder_model_merged";

    public static bool Recognises(PublishedFolder folder) =>
        folder.HasArchitecture("ForCausalLM") || folder.HasArchitecture("LMHeadModel")
        || (folder.HasGraph(Stem(folder)) && folder.Graph(Stem(folder)).Signature.Inputs.ContainsKey("past_key_values.0.key"));

    /// <exception cref="Errors.MeshException">PackInvalid: names the file and the field.</exception>
    public static PackDefinition Read(PublishedFolder folder)
    {
        var graph = folder.Graph(Stem(folder));
        var tokenizer = Tokenizer.Load(folder.FilePath(PackFiles.Tokenizer));
        var tokens = NamedTokens.Read(folder, tokenizer);
        var generation = GenerationConfig.Read(folder, tokens, folder.Config);
        var context = DecoderFacts.ContextLength(folder.Config, tokens);
        DecoderFacts.Check(folder.Config, graph.Signature, tokenizer, folder.Config.First("vocab_size"));
        var template = PackTemplate.Find(folder);
        return new PackDefinition
        {
            SourceName = "config.json",
            Name = folder.Name,
            Version = "",
            Description = $"{folder.ModelType} decoder",
            Capabilities = template is null ? [PackCapabilities.Completion] : [PackCapabilities.Chat, PackCapabilities.Completion],
            Skills = template is null ? [] : ["chat"],
            ContextLength = context,
            DefaultMaxNewTokens = generation.MaxNewTokens(context),
            EndTokenIds = generation.EndTokenIds,
            Generation = generation.Defaults,
            Tokenizer = tokenizer,
            ChatPrompt = template is null ? null : new TemplateChatPrompt(template, tokenizer, tokens.Texts, context),
            Files = new Dictionary<string, string> { [PackFiles.Decoder] = graph.RelativePath },
        };
    }

    private static string Stem(PublishedFolder folder) => folder.HasGraph(Model) || !folder.HasGraph(Merged) ? Model : Merged;
}
