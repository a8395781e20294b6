using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Sessions;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// A causal decoder with a KV cache in the layout that Hugging Face decoders are exported in: <c>inputs_embeds</c> (with an embedding graph
/// beside it) or <c>input_ids</c>, <c>attention_mask</c>, optionally <c>position_ids</c>, <c>past_key_values.{i}.key|value</c> in;
/// <c>logits</c>, <c>present.{i}.key|value</c> out. Layers, heads and sizes are read from the graph.
/// </summary>
internal sealed class DecoderGraph : IDisposable
{
    private static readonly OrtMemoryInfo Cpu = OrtMemoryInfo.DefaultInstance;

    private readonly GraphSession _decoder;
    private readonly GraphSession? _embedding;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly bool _takesPositions;
    private readonly GraphTensor[] _past;

    private DecoderGraph(GraphSession decoder, GraphSession? embedding)
    {
        _decoder = decoder;
        _embedding = embedding;
        var layers = LayerCount(decoder);
        string[] cacheNames = [.. Enumerable.Range(0, layers).SelectMany(i => new[] { $"{i}.key", $"{i}.value" })];
        _past = [.. cacheNames.Select(n => CheckCache(decoder, n))];
        decoder.Input("attention_mask", TensorElementType.Int64, 2);
        _takesPositions = decoder.HasInput("position_ids");
        string first;
        if (embedding is not null)
        {
            first = decoder.Input("inputs_embeds", TensorElementType.Float, 3).Name;
            embedding.Input("input_ids", TensorElementType.Int64, 2);
            EmbeddingWidth = embedding.Output("inputs_embeds", TensorElementType.Float, 3).Shape[2];
        }
        else
        {
            first = decoder.Input("input_ids", TensorElementType.Int64, 2).Name;
        }

        VocabularySize = decoder.Output("logits", TensorElementType.Float, 3).Shape[2];
        string[] positions = _takesPositions ? ["position_ids"] : [];
        _inputNames = [first, "attention_mask", .. positions, .. cacheNames.Select(n => $"past_key_values.{n}")];
        _outputNames = ["logits", .. cacheNames.Select(n => $"present.{n}")];
        if (decoder.InputNames.Except(_inputNames).FirstOrDefault() is { } unknown)
        {
            throw decoder.Invalid($"the input '{unknown}' is not supported");
        }
    }

    /// <summary>Width of a position's embedding, for picture features; null where the graph takes token ids only.</summary>
    public int? EmbeddingWidth { get; }

    public int VocabularySize { get; }

    public static DecoderGraph Open(ModelPack pack, InferenceOptions options)
    {
        var decoder = GraphSession.Open(pack.FilePath(PackFiles.Decoder), options);
        GraphSession? embedding = null;
        try
        {
            embedding = decoder.HasInput("input_ids") ? null : GraphSession.Open(pack.FilePath(PackFiles.EmbedTokens), options);
            return new DecoderGraph(decoder, embedding);
        }
        catch
        {
            embedding?.Dispose();
            decoder.Dispose();
            throw;
        }
    }

    /// <summary>Computes the next positions of a sequence.</summary>
    /// <param name="past">What is computed already; null for nothing. Stays the caller's.</param>
    /// <param name="tokens">The whole sequence so far.</param>
    /// <param name="count">Positions to compute, from the end of <paramref name="past"/> on.</param>
    /// <param name="image">Features for the picture positions among the tokens.</param>
    /// <param name="logits">Receives the last position's logits, <see cref="VocabularySize"/> numbers.</param>
    /// <returns>The state after them; the caller releases it.</returns>
    public KvState Run(KvState? past, List<int> tokens, int count, ImageFeatures? image, Span<float> logits)
    {
        var start = past?.Length ?? 0;
        var ids = tokens.GetRange(start, count);
        var owned = new List<OrtValue>(_inputNames.Length);
        try
        {
            var inputs = new List<OrtValue>(_inputNames.Length);
            Own(_embedding is null ? Ids(ids) : Embed(ids, tokens.Take(start).Count(IsImage), image));
            Own(Tensor(Enumerable.Repeat(1L, start + count)));
            if (_takesPositions)
            {
                Own(Tensor(Enumerable.Range(start, count).Select(p => (long)p)));
            }

            if (past is not null)
            {
                inputs.AddRange(past.Values);
            }
            else
            {
                Array.ForEach(_past, t => Own(OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), [1, t.Shape[1], 0, t.Shape[3]])));
            }

            // Not disposed as a whole: the outputs after the logits live on as the sequence's state.
            var outputs = _decoder.Run(_inputNames, inputs, _outputNames);
            using var scores = outputs[0];
            scores.GetTensorDataAsSpan<float>().Slice((count - 1) * VocabularySize, VocabularySize).CopyTo(logits);
            return new KvState([.. outputs.Skip(1)], start + count);

            void Own(OrtValue value)
            {
                owned.Add(value);
                inputs.Add(value);
            }
        }
        finally
        {
            owned.ForEach(v => v.Dispose());
        }
    }

    public void Dispose()
    {
        _embedding?.Dispose();
        _decoder.Dispose();
    }

    private OrtValue Embed(List<int> ids, int imageRow, ImageFeatures? image)
    {
        using var input = Ids(ids.ConvertAll(id => Math.Max(id, 0)));
        var embeddings = _embedding!.Run(["input_ids"], [input], ["inputs_embeds"])[0];
        var width = EmbeddingWidth!.Value;
        for (var i = 0; i < ids.Count; i++)
        {
            if (IsImage(ids[i]))
            {
                image!.Values.AsSpan(imageRow++ * width, width).CopyTo(embeddings.GetTensorMutableDataAsSpan<float>()[(i * width)..]);
            }
        }

        return embeddings;
    }

    private static bool IsImage(int id) => id == GenerationRequest.ImagePosition;

    private static OrtValue Ids(List<int> ids) => Tensor(ids.Select(id => (long)id));

    private static OrtValue Tensor(IEnumerable<long> values)
    {
        var array = values.ToArray();
        return OrtValue.CreateTensorValueFromMemory(Cpu, array.AsMemory(), [1, array.Length]);
    }

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
        var past = decoder.Input($"past_key_values.{name}", TensorElementType.Float, 4);
        var present = decoder.Output($"present.{name}", TensorElementType.Float, 4);
        return past.Shape[1] > 0 && past.Shape[3] > 0 && past.Shape[1] == present.Shape[1] && past.Shape[3] == present.Shape[3]
            ? past
            : throw decoder.Invalid($"the heads and head size of 'past_key_values.{name}' are not fixed or differ from those of 'present.{name}'");
    }
}
