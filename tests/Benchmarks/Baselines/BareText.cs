using Microsoft.ML.OnnxRuntime;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Baselines;

/// <summary>Texts to embeddings in a loop: tokenize on the calling thread, pad to the longest, run as a batch.</summary>
internal sealed class BareText(ModelPack pack, int threads) : IDisposable
{
    private readonly InferenceSession _session = BareSession.Open(pack.FilePath(PackFiles.Text), threads);
    private readonly RunOptions _options = new();

    /// <returns>[texts, dimensions], not normalised; the caller disposes.</returns>
    public IDisposableReadOnlyCollection<OrtValue> Encode(ReadOnlySpan<string> texts)
    {
        var tokens = new int[texts.Length][];
        for (var i = 0; i < texts.Length; i++)
        {
            tokens[i] = pack.Tokenizer.Encode(texts[i], addSpecialTokens: true, parseSpecialTokens: false);
        }

        var length = tokens.Max(ids => ids.Length);
        var ids = new long[texts.Length * length];
        var mask = new long[ids.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            for (var t = 0; t < tokens[i].Length; t++)
            {
                (ids[(i * length) + t], mask[(i * length) + t]) = (tokens[i][t], 1);
            }
        }

        using var idValue = OrtValue.CreateTensorValueFromMemory(ids, [texts.Length, length]);
        using var maskValue = OrtValue.CreateTensorValueFromMemory(mask, [texts.Length, length]);
        return _session.Run(_options, ["input_ids", "attention_mask"], [idValue, maskValue], ["text_embeds"]);
    }

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }
}
