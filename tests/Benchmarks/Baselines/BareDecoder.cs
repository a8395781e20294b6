using Microsoft.ML.OnnxRuntime;

namespace MultiModalMesh.Benchmarks.Baselines;

/// <summary>The shortest greedy decoding loop that ONNX Runtime allows: keys and values stay where the graph wrote them (IO binding).</summary>
internal sealed class BareDecoder : IDisposable
{
    private readonly InferenceSession _session;

    public BareDecoder(string path, int threads)
    {
        _session = BareSession.Open(path, threads);
        var cache = _session.InputMetadata.Where(input => input.Key.StartsWith("past_key_values.", StringComparison.Ordinal)).ToArray();
        PastNames = [.. cache.Select(input => input.Key)];
        PresentNames = [.. PastNames.Select(name => "present." + name["past_key_values.".Length..])];
        (KvHeads, HeadWidth) = (cache[0].Value.Dimensions[1], cache[0].Value.Dimensions[3]);
        Vocabulary = _session.OutputMetadata["logits"].Dimensions[2];
    }

    public string[] PastNames { get; }

    public string[] PresentNames { get; }

    public int KvHeads { get; }

    public int HeadWidth { get; }

    public int Vocabulary { get; }

    /// <summary>An empty sequence of at most so many positions.</summary>
    public BareSequence Start(int capacity) => new(this, _session, capacity);

    /// <summary>Greedy tokens behind a prompt; an end token does not end it.</summary>
    /// <param name="seen">Called with every token as it is known.</param>
    public List<int> Generate(IReadOnlyList<int> prompt, int count, Action<int> seen)
    {
        using var sequence = Start(prompt.Count + count);
        sequence.Run([.. prompt]);
        var tokens = new List<int>(count);
        while (true)
        {
            tokens.Add(sequence.Best);
            seen(tokens[^1]);
            if (tokens.Count == count)
            {
                return tokens;
            }

            sequence.Run([tokens[^1]]);
        }
    }

    public void Dispose() => _session.Dispose();
}
