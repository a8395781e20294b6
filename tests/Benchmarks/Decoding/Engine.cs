using System.Diagnostics;
using MultiModalMesh.Benchmarks.Packs;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Decoding;

/// <summary>When the tokens of an answer came.</summary>
/// <param name="FirstToken">Milliseconds from the call.</param>
/// <param name="LastToken">Milliseconds from the call.</param>
internal sealed record Answer(List<int> Tokens, int CachedTokens, double FirstToken, double LastToken)
{
    /// <summary>Of decoding alone: the prompt and its first token left out.</summary>
    public double TokensPerSecond => (Tokens.Count - 1) * 1000 / (LastToken - FirstToken);
}

/// <summary>The decoder engine alone, without a service around it.</summary>
internal sealed class Engine : IDisposable
{
    private readonly DecoderEngine _engine;

    private Engine(ModelPack pack, InferenceOptions options)
    {
        Pack = pack;
        _engine = DecoderEngine.Load(pack, options);
    }

    public ModelPack Pack { get; }

    /// <param name="bench">Has the pack.</param>
    /// <param name="set">Changes the options.</param>
    public static Engine Open(Bench bench, Action<InferenceOptions>? set = null)
    {
        var options = new InferenceOptions();
        set?.Invoke(options);
        return new Engine(ModelPack.Load(bench.Packs.Decoder, verifyChecksums: false), options);
    }

    public static Prompts Prompts(int seed) => new(LlamaShape.SmolLm2.Vocabulary, seed);

    public Task<Answer> AnswerAsync(int[] prompt, int count, string? dialogue = null) => AnswerAsync(_engine, prompt, count, dialogue);

    public static async Task<Answer> AnswerAsync(DecoderEngine engine, int[] prompt, int count, string? dialogue = null)
    {
        var start = Stopwatch.GetTimestamp();
        var tokens = new List<int>(count);
        var cached = 0;
        var (first, last) = (0.0, 0.0);
        await foreach (var generated in engine.GenerateAsync(new GenerationRequest { Prompt = prompt, MaxNewTokens = count, CacheKey = dialogue }))
        {
            if (generated is PromptAccepted accepted)
            {
                cached = accepted.CachedTokens;
            }
            else if (generated is GeneratedToken token)
            {
                last = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                first = tokens.Count == 0 ? last : first;
                tokens.Add(token.Id);
            }
        }

        return tokens.Count == count
            ? new Answer(tokens, cached, first, last)
            : throw new InvalidOperationException($"An answer has {tokens.Count} tokens, not {count}.");
    }

    /// <summary>The events of an answer, to be cancelled on the way.</summary>
    public IAsyncEnumerable<GenerationEvent> Generate(int[] prompt, int count, CancellationToken cancellationToken) =>
        _engine.GenerateAsync(new GenerationRequest { Prompt = prompt, MaxNewTokens = count }, cancellationToken);

    public void Dispose() => _engine.Dispose();
}
