using System.Globalization;
using MultiModalMesh.Inference.Sessions;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>Reads what a decoder's configuration says and holds it against its graph.</summary>
internal static class DecoderFacts
{
    // These name their heads and head sizes in other ways; their graphs are taken as they are.
    private static readonly string[] OtherHeads = ["num_kv_heads", "multi_query", "new_decoder_architecture", "qk_nope_head_dim", "v_head_dim"];

    /// <summary>Positions of prompt and answer together.</summary>
    /// <exception cref="Errors.MeshException">PackInvalid: no file says it.</exception>
    public static int ContextLength(JsonFile config, NamedTokens tokens) =>
        config.First("max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length", "max_seq_len", "seq_length")?.Value
        ?? tokens.ModelMaxLength
        ?? throw config.Invalid("max_position_embeddings", "is missing, and tokenizer_config.json has no model_max_length");

    /// <exception cref="Errors.MeshException">PackInvalid: the config promises what the graph does not have, or the tokenizer has more tokens than it.</exception>
    public static void Check(JsonFile config, OnnxSignature graph, Tokenizer tokenizer, (string Field, int Value)? vocabulary)
    {
        var name = Path.GetFileName(graph.Path);
        config.Agree(config.First("num_hidden_layers", "n_layer", "n_layers", "num_layers"), LayerCount(graph), $"the layers with a KV cache in {name} are");
        var cache = graph.Input("past_key_values.0.key", 4).Shape;
        if (!Array.Exists(OtherHeads, field => config.Optional(field) is not null))
        {
            config.Agree(config.First("num_key_value_heads", "num_attention_heads", "n_head"), cache[1], $"the heads of past_key_values in {name} are");
            config.Agree(HeadSize(config), cache[3], $"the size of a head of past_key_values in {name} is");
        }

        var columns = graph.Output("logits", 3).Shape[2];
        config.Agree(vocabulary, columns, $"the columns of logits in {name} are");
        if (columns >= 0 && tokenizer.VocabularySize > columns)
        {
            throw graph.Invalid($"the output 'logits' has {columns} columns; {PackFiles.Tokenizer} has {tokenizer.VocabularySize} tokens");
        }
    }

    private static (string Field, int Value)? HeadSize(JsonFile config) =>
        config.First("head_dim") is { } explicitSize ? explicitSize
        : config.First("hidden_size", "n_embd") is { } width && config.First("num_attention_heads", "n_head") is { } heads
            ? ($"{width.Field} / {heads.Field}", width.Value / heads.Value)
            : null;

    private static int LayerCount(OnnxSignature graph)
    {
        var layers = 0;
        while (graph.Inputs.ContainsKey(string.Create(CultureInfo.InvariantCulture, $"past_key_values.{layers}.key")))
        {
            layers++;
        }

        return layers > 0 ? layers : throw graph.Invalid("the input 'past_key_values.0.key' is missing; a decoder with a KV cache is needed");
    }
}
