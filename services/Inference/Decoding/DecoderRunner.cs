using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Runs a decoder's graph on batches, from and to bound memory: keys and values where the batch keeps them, everything else in buffers that
/// live as long as this. Not safe for concurrent use.
/// </summary>
internal sealed class DecoderRunner : IDisposable
{
    private readonly DecoderGraph _graph;
    private readonly OrtIoBinding _binding;
    private readonly OrtIoBinding? _embedBinding;
    private readonly BoundTensor? _embedIds;
    private readonly BoundTensor? _embeddings;
    private readonly BoundTensor _first;
    private readonly BoundTensor? _mask;
    private readonly BoundTensor? _positions;
    private readonly BoundTensor? _cacheBranch;
    private readonly BoundTensor? _logitsToKeep;
    private readonly BoundTensor _logits;
    private readonly float[] _converted;
    private int _logitRows;

    public DecoderRunner(DecoderGraph graph)
    {
        _graph = graph;
        _binding = graph.Decoder.CreateBinding();
        if (graph.Embedding is not null)
        {
            _embedBinding = graph.Embedding.CreateBinding();
            _embedIds = new BoundTensor(_embedBinding, "input_ids", TensorElementType.Int64);
            _embeddings = new BoundTensor(_embedBinding, graph.Embeddings!.Name, graph.Embeddings.Type, isOutput: true);
        }

        _first = new BoundTensor(_binding, graph.First.Name, graph.First.Type);
        _mask = graph.Mask is null ? null : new BoundTensor(_binding, graph.Mask.Name, TensorElementType.Int64);
        _positions = graph.Positions is null ? null : new BoundTensor(_binding, graph.Positions.Name, TensorElementType.Int64);
        _cacheBranch = graph.CacheBranch is null ? null : new BoundTensor(_binding, graph.CacheBranch.Name, TensorElementType.Bool);
        _logits = new BoundTensor(_binding, "logits", graph.Logits.Type, isOutput: true);
        _converted = graph.Logits.Type == TensorElementType.Float16 ? new float[graph.VocabularySize] : [];
        if (graph.LogitsToKeep is not null)
        {
            _logitsToKeep = new BoundTensor(_binding, graph.LogitsToKeep.Name, TensorElementType.Int64);
            _logitsToKeep.Bind();
            _logitsToKeep.Buffer.Span<long>(1)[0] = 1;
        }
    }

    public DecoderGraph Graph => _graph;

    /// <summary>Computes the next positions of every row; the batch must have room for them.</summary>
    /// <param name="tokens"><c>[rows, count]</c>; <see cref="GenerationRequest.ImagePosition"/> takes the next row of <paramref name="image"/>.</param>
    /// <param name="imageRow">First row of the picture's features that is still to be used.</param>
    /// <param name="encoder">For a graph with cross-attention: <c>[rows, any, width]</c>.</param>
    public void Run(KvBatch batch, ReadOnlySpan<int> tokens, OrtValue? encoder = null, ImageFeatures? image = null, int imageRow = 0)
    {
        var rows = batch.Rows;
        var count = tokens.Length / rows;
        if (_graph.Embedding is null)
        {
            _first.Bind(rows, count);
            Widen(tokens, _first.Buffer.Span<long>(tokens.Length));
        }
        else
        {
            Embed(tokens, rows, count, image, imageRow);
        }

        BindPositions(batch, count);
        if (encoder is not null)
        {
            _binding.BindInput(_graph.Encoder!.Name, encoder);
        }

        if (_cacheBranch is not null)
        {
            _cacheBranch.Bind(1);
            _cacheBranch.Buffer.Span<bool>(1)[0] = batch.Length > 0;
        }

        _logitRows = _logitsToKeep is null ? count : 1;
        _logits.Bind(rows, _logitRows, _graph.VocabularySize);
        for (var i = 0; i < _graph.PastNames.Length; i++)
        {
            _binding.BindInput(_graph.PastNames[i], batch.Past(i));
            _binding.BindOutput(_graph.PresentNames[i], batch.Present(i, count));
        }

        if (_graph.Decoder.CopiesBoundInputs)
        {
            _first.BindAgain();
            _mask?.BindAgain();
            _positions?.BindAgain();
            _cacheBranch?.BindAgain();
            _logitsToKeep?.BindAgain();
        }

        _graph.Decoder.Run(_binding);
        batch.Advance(count);
    }

    /// <summary>Logits behind the last position of a row, as the last run left them; valid until the next run or, for 16 bit logits, the next call.</summary>
    public ReadOnlySpan<float> Logits(int row)
    {
        var width = _graph.VocabularySize;
        var start = (((long)row * _logitRows) + _logitRows - 1) * width;
        if (_logits.Type == TensorElementType.Float)
        {
            return _logits.Buffer.Span<float>(start, width);
        }

        TensorPrimitives.ConvertToSingle(_logits.Buffer.Span<Half>(start, width), _converted);
        return _converted;
    }

    public void Dispose()
    {
        _binding.Dispose();
        _embedBinding?.Dispose();
        foreach (var tensor in new[] { _embedIds, _embeddings, _first, _mask, _positions, _cacheBranch, _logitsToKeep, _logits })
        {
            tensor?.Dispose();
        }
    }

    private void BindPositions(KvBatch batch, int count)
    {
        var rows = batch.Rows;
        var total = batch.Length + count;
        _mask?.Bind(rows, total);
        _positions?.Bind(rows, count);
        for (var row = 0; row < rows; row++)
        {
            var length = batch.LengthOf(row);
            if (_mask is not null)
            {
                var mask = _mask.Buffer.Span<long>((long)row * total, total);
                mask[..(batch.Length - length)].Clear();
                mask[(batch.Length - length)..].Fill(1);
            }

            if (_positions is not null)
            {
                var positions = _positions.Buffer.Span<long>((long)row * count, count);
                for (var i = 0; i < count; i++)
                {
                    positions[i] = length + i;
                }
            }
        }
    }

    private void Embed(ReadOnlySpan<int> tokens, int rows, int count, ImageFeatures? image, int imageRow)
    {
        var width = _graph.EmbeddingWidth!.Value;
        _embedIds!.Bind(rows, count);
        _embeddings!.Bind(rows, count, width);
        _first.Bind(rows, count, width);
        Widen(tokens, _embedIds.Buffer.Span<long>(tokens.Length));
        if (_graph.Embedding!.CopiesBoundInputs)
        {
            _embedIds.BindAgain();
        }

        _graph.Embedding.Run(_embedBinding!);
        for (var i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] == GenerationRequest.ImagePosition)
            {
                Put(image!.Values.AsSpan(imageRow++ * width, width), i);
            }
            else if (_embeddings.Type == TensorElementType.Float)
            {
                Put(_embeddings.Buffer.Span<float>((long)i * width, width), i);
            }
            else
            {
                Put(_embeddings.Buffer.Span<Half>((long)i * width, width), i);
            }
        }
    }

    private void Put(ReadOnlySpan<float> embedding, int position)
    {
        if (_first.Type == TensorElementType.Float)
        {
            embedding.CopyTo(_first.Buffer.Span<float>((long)position * embedding.Length, embedding.Length));
        }
        else
        {
            TensorPrimitives.ConvertToHalf(embedding, _first.Buffer.Span<Half>((long)position * embedding.Length, embedding.Length));
        }
    }

    private void Put(ReadOnlySpan<Half> embedding, int position)
    {
        if (_first.Type == TensorElementType.Float16)
        {
            embedding.CopyTo(_first.Buffer.Span<Half>((long)position * embedding.Length, embedding.Length));
        }
        else
        {
            TensorPrimitives.ConvertToSingle(embedding, _first.Buffer.Span<float>((long)position * embedding.Length, embedding.Length));
        }
    }

    /// <summary>Picture positions have no id of their own; any id will do for them.</summary>
    private static void Widen(ReadOnlySpan<int> tokens, Span<long> ids)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            ids[i] = Math.Max(tokens[i], 0);
        }
    }
}
