using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Sessions;

namespace MultiModalMesh.Inference.Encoders;

/// <summary>
/// A pack's text tower: <c>input_ids</c>, optionally <c>attention_mask</c>, both <c>[batch, length]</c>, to <c>text_embeds</c> or
/// <c>pooler_output</c> <c>[batch, dimensions]</c>. Safe for concurrent use.
/// </summary>
internal sealed class TextGraph : IDisposable
{
    private const string InputIds = "input_ids";
    private const string AttentionMask = "attention_mask";

    private static readonly string[] Embeddings = ["text_embeds", "pooler_output"];

    private readonly ModelPack _pack;
    private readonly TextInput _input;
    private readonly GraphSession _graph;
    private readonly bool _takesMask;
    private readonly string _output;

    private TextGraph(ModelPack pack, GraphSession graph)
    {
        _pack = pack;
        _input = pack.TextInput!;
        _graph = graph;
        _takesMask = graph.HasInput(AttentionMask);
        _output = Check();
    }

    /// <summary>Whether texts of different lengths can be run at once. Without a mask the padding of most models would be read as text.</summary>
    public bool TakesRaggedBatches => _takesMask || _input.AlwaysFull || _input.IgnoresPadding;

    /// <exception cref="Errors.MeshException">PackInvalid: names the file and the tensor.</exception>
    public static TextGraph Open(ModelPack pack, InferenceOptions options)
    {
        var graph = GraphSession.Open(pack.FilePath(PackFiles.Text), options);
        try
        {
            return new TextGraph(pack, graph);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Embeddings of length 1, in the order of the texts; the caller owns them.</summary>
    /// <param name="texts">Ids with special tokens, none longer than the model reads.</param>
    public float[][] Run(IReadOnlyList<ReadOnlyMemory<int>> texts)
    {
        var length = _input.AlwaysFull ? _input.MaxLength : texts.Max(t => t.Length);
        var ids = new long[texts.Count * length];
        var mask = new long[ids.Length];
        Array.Fill(ids, _input.PadToken);
        for (var row = 0; row < texts.Count; row++)
        {
            var source = texts[row].Span;
            for (var i = 0; i < source.Length; i++)
            {
                ids[(row * length) + i] = source[i];
                mask[(row * length) + i] = 1;
            }
        }

        using var idValue = OrtValue.CreateTensorValueFromMemory(ids, [texts.Count, length]);
        using var maskValue = OrtValue.CreateTensorValueFromMemory(mask, [texts.Count, length]);
        using var outputs = _takesMask
            ? _graph.Run([InputIds, AttentionMask], [idValue, maskValue], [_output])
            : _graph.Run([InputIds], [idValue], [_output]);
        var embeddings = FloatTensor.Read(outputs[0]);
        var dimensions = embeddings.Length / texts.Count;
        var rows = new float[texts.Count][];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = UnitLength.Of(embeddings.Slice(row * dimensions, dimensions));
        }

        return rows;
    }

    public void Dispose() => _graph.Dispose();

    private string Check()
    {
        _graph.Input(InputIds, TensorElementType.Int64, 2);
        if (_takesMask)
        {
            _graph.Input(AttentionMask, TensorElementType.Int64, 2);
        }

        if (_graph.InputNames.FirstOrDefault(n => n is not (InputIds or AttentionMask)) is { } unknown)
        {
            throw _graph.Invalid($"the input '{unknown}' is not supported");
        }

        var output = Array.Find(Embeddings, _graph.HasOutput) ?? Embeddings[0];
        var dimensions = _graph.FloatOutput(output, 2).Shape[1];
        return dimensions < 0 || dimensions == _pack.Dimensions
            ? output
            : throw _graph.Invalid($"the output '{output}' has {dimensions} columns; {_pack.SourceName} says dimensions {_pack.Dimensions}");
    }
}
