using System.Globalization;
using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Sessions;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// A causal decoder with a KV cache in the layout that Hugging Face decoders are exported in: <c>inputs_embeds</c> (with an embedding graph
/// beside it) or <c>input_ids</c>, <c>past_key_values.{i}.key|value</c> in; <c>logits</c>, <c>present.{i}.key|value</c> out. It may further take
/// <c>attention_mask</c>, <c>position_ids</c>, <c>use_cache_branch</c>, <c>encoder_hidden_states</c> and <c>num_logits_to_keep</c>. Layers, heads,
/// sizes and element types are read from the graph.
/// </summary>
internal sealed class DecoderGraph : IDisposable
{
    private DecoderGraph(GraphSession decoder, GraphSession? embedding)
    {
        Decoder = decoder;
        Embedding = embedding;
        var layers = LayerCount(decoder);
        string[] cacheNames = [.. Enumerable.Range(0, layers).SelectMany(i => new[] { $"{i}.key", $"{i}.value" })];
        GraphTensor[] past = [.. cacheNames.Select(n => CheckCache(decoder, n))];
        if (past.FirstOrDefault(tensor => tensor.Type != past[0].Type) is { } odd)
        {
            throw decoder.Invalid($"the input '{odd.Name}' is {odd.Type}, but '{past[0].Name}' is {past[0].Type}");
        }

        Layout = new KvLayout([.. past.Select(tensor => new KvTensor(tensor.Shape[1], tensor.Shape[3]))], past[0].Type);
        PastNames = [.. cacheNames.Select(n => $"past_key_values.{n}")];
        PresentNames = [.. cacheNames.Select(n => $"present.{n}")];
        if (embedding is not null)
        {
            First = decoder.FloatInput("inputs_embeds", 3);
            embedding.Input("input_ids", TensorElementType.Int64, 2);
            Embeddings = embedding.FloatOutput("inputs_embeds", 3);
            EmbeddingWidth = Embeddings.Shape[2] > 0 ? Embeddings.Shape[2] : throw embedding.Invalid("the width of the output 'inputs_embeds' is not fixed");
        }
        else
        {
            First = decoder.Input("input_ids", TensorElementType.Int64, 2);
        }

        Mask = Optional("attention_mask", 2);
        Positions = Optional("position_ids", 2);
        Encoder = decoder.HasInput("encoder_hidden_states") ? decoder.FloatInput("encoder_hidden_states", 3) : null;
        CacheBranch = decoder.HasInput("use_cache_branch") ? decoder.Input("use_cache_branch", TensorElementType.Bool, 1) : null;
        LogitsToKeep = Optional("num_logits_to_keep", 0);
        Logits = decoder.FloatOutput("logits", 3);
        VocabularySize = Logits.Shape[2] > 0 ? Logits.Shape[2] : throw decoder.Invalid("the width of the output 'logits' is not fixed");
        HasDynamicBatch = First.Shape[0] < 0 && past.All(tensor => tensor.Shape[0] < 0);
        string[] known = [First.Name, .. PastNames, "attention_mask", "position_ids", "encoder_hidden_states", "use_cache_branch", "num_logits_to_keep"];
        if (decoder.InputNames.Except(known).FirstOrDefault() is { } unknown)
        {
            throw decoder.Invalid($"the input '{unknown}' is not supported");
        }
    }

    public GraphSession Decoder { get; }

    /// <summary>Null where the decoder takes token ids.</summary>
    public GraphSession? Embedding { get; }

    public KvLayout Layout { get; }

    public string[] PastNames { get; }

    public string[] PresentNames { get; }

    /// <summary>The decoder's input for what it reads: <c>inputs_embeds</c> or <c>input_ids</c>.</summary>
    public GraphTensor First { get; }

    /// <summary>Output of <see cref="Embedding"/>.</summary>
    public GraphTensor? Embeddings { get; }

    public GraphTensor? Mask { get; }

    public GraphTensor? Positions { get; }

    /// <summary><c>[batch, rows, width]</c>: what the decoder sees of a picture by cross-attention.</summary>
    public GraphTensor? Encoder { get; }

    public GraphTensor? CacheBranch { get; }

    public GraphTensor? LogitsToKeep { get; }

    public GraphTensor Logits { get; }

    /// <summary>Whether several sequences can be computed in one run.</summary>
    public bool HasDynamicBatch { get; }

    /// <summary>Width of a position's embedding, for picture features among the prompt; null where the graph takes token ids only.</summary>
    public int? EmbeddingWidth { get; }

    public int VocabularySize { get; }

    /// <summary>Bytes of the decoder's weights, about; what a run has to read at least.</summary>
    public long WeightBytes { get; private init; }

    public static DecoderGraph Open(ModelPack pack, InferenceOptions options)
    {
        var path = pack.FilePath(PackFiles.Decoder);
        var decoder = GraphSession.Open(path, options, varyingShapes: true);
        GraphSession? embedding = null;
        try
        {
            embedding = decoder.HasInput("input_ids") ? null : GraphSession.Open(pack.FilePath(PackFiles.EmbedTokens), options, varyingShapes: true);
            return new DecoderGraph(decoder, embedding) { WeightBytes = FileBytes(path) + FileBytes(path + "_data") };
        }
        catch
        {
            embedding?.Dispose();
            decoder.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Embedding?.Dispose();
        Decoder.Dispose();
    }

    private static long FileBytes(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private static int LayerCount(GraphSession decoder)
    {
        var layers = 0;
        while (decoder.HasInput(string.Create(CultureInfo.InvariantCulture, $"past_key_values.{layers}.key")))
        {
            layers++;
        }

        return layers > 0 ? layers : throw decoder.Invalid("the input 'past_key_values.0.key' is missing; a decoder with a KV cache is needed");
    }

    private static GraphTensor CheckCache(GraphSession decoder, string name)
    {
        var past = decoder.FloatInput($"past_key_values.{name}", 4);
        var present = decoder.Output($"present.{name}", past.Type, 4);
        return past.Shape[1] > 0 && past.Shape[3] > 0 && past.Shape[1] == present.Shape[1] && past.Shape[3] == present.Shape[3]
            ? past
            : throw decoder.Invalid($"the heads and head size of 'past_key_values.{name}' are not fixed or differ from those of 'present.{name}'");
    }

    private GraphTensor? Optional(string name, int rank) => Decoder.HasInput(name) ? Decoder.Input(name, TensorElementType.Int64, rank) : null;
}
