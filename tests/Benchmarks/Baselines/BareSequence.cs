using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace MultiModalMesh.Benchmarks.Baselines;

/// <summary>One sequence of a <see cref="BareDecoder"/> with its keys and values.</summary>
internal sealed class BareSequence : IDisposable
{
    private readonly BareDecoder _decoder;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding _binding;
    private readonly long[] _ones;
    private readonly long[] _numbers;
    private IDisposableReadOnlyCollection<OrtValue>? _outputs;
    private int _length;
    private int _last;

    public BareSequence(BareDecoder decoder, InferenceSession session, int capacity)
    {
        _decoder = decoder;
        _session = session;
        _binding = session.CreateIoBinding();
        _ones = new long[capacity];
        _ones.AsSpan().Fill(1);
        _numbers = [.. Enumerable.Range(0, capacity).Select(i => (long)i)];
    }

    /// <summary>Of the last position; valid until the next run.</summary>
    public ReadOnlySpan<float> Logits => _outputs![0].GetTensorDataAsSpan<float>().Slice(_last * _decoder.Vocabulary, _decoder.Vocabulary);

    /// <summary>The most likely next token.</summary>
    public int Best => TensorPrimitives.IndexOfMax(Logits);

    /// <summary>Appends tokens.</summary>
    public void Run(int[] tokens)
    {
        var total = _length + tokens.Length;
        using var ids = Tensor(Array.ConvertAll(tokens, id => (long)id), tokens.Length);
        using var mask = Tensor(_ones.AsMemory(0, total), total);
        using var positions = Tensor(_numbers.AsMemory(_length, tokens.Length), tokens.Length);
        using var empty = OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), [1, _decoder.KvHeads, 0, _decoder.HeadWidth]);
        _binding.ClearBoundInputs();
        _binding.ClearBoundOutputs();
        _binding.BindInput("input_ids", ids);
        _binding.BindInput("attention_mask", mask);
        if (_session.InputMetadata.ContainsKey("position_ids"))
        {
            _binding.BindInput("position_ids", positions);
        }

        _binding.BindOutputToDevice("logits", OrtMemoryInfo.DefaultInstance);
        for (var i = 0; i < _decoder.PastNames.Length; i++)
        {
            _binding.BindInput(_decoder.PastNames[i], _outputs is null ? empty : _outputs[i + 1]);
            _binding.BindOutputToDevice(_decoder.PresentNames[i], OrtMemoryInfo.DefaultInstance);
        }

        _session.RunWithBinding(_options, _binding);
        _outputs?.Dispose();
        _outputs = _binding.GetOutputValues();
        (_length, _last) = (total, tokens.Length - 1);
    }

    public void Dispose()
    {
        _outputs?.Dispose();
        _binding.Dispose();
        _options.Dispose();
    }

    private static OrtValue Tensor(Memory<long> values, int length) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, [1, length]);
}
