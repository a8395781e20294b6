using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Tokenizers;
using MultiModalMesh.Trainer.Export;
using MultiModalMesh.Trainer.Model;

namespace MultiModalMesh.Trainer.Tests;

/// <summary>The pack that the repository ships, run graph by graph in ONNX Runtime.</summary>
public sealed class ShippedPack : IDisposable
{
    private const int Layers = 4, Heads = 6, HeadWidth = 32, Width = 192;

    private readonly InferenceSession _vision, _text, _embed, _decoder;

    public ShippedPack()
    {
        Pack = ModelPack.Load(Folder);
        Tokenizer = Pack.Tokenizer;
        _vision = Open(PictoGraphs.Vision);
        _text = Open(PictoGraphs.Text);
        _embed = Open(PictoGraphs.EmbedTokens);
        _decoder = Open(PictoGraphs.Decoder);
    }

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "picto");

    public ModelPack Pack { get; }

    public Tokenizer Tokenizer { get; }

    public InferenceSession Decoder => _decoder;

    /// <param name="pictures">Each [96, 96, 3] bytes.</param>
    public (DenseTensor<float> Embeds, DenseTensor<float> Features) See(params byte[][] pictures)
    {
        var side = (int)Math.Sqrt(pictures[0].Length / 3);
        var pixels = new DenseTensor<float>([pictures.Length, 3, side, side]);
        for (var b = 0; b < pictures.Length; b++)
        {
            for (var i = 0; i < side * side * 3; i++)
            {
                pixels[b, i % 3, i / 3 / side, i / 3 % side] = ((pictures[b][i] / 255f) - PictoModel.Mean[i % 3]) / PictoModel.Deviation[i % 3];
            }
        }

        using var result = _vision.Run([NamedOnnxValue.CreateFromTensor("pixel_values", pixels)]);
        return (Copy(result, "image_embeds"), Copy(result, "image_features"));
    }

    /// <param name="tokens">[batch, length].</param>
    /// <param name="mask">The same shape.</param>
    public DenseTensor<float> Embed(DenseTensor<long> tokens, DenseTensor<long> mask)
    {
        using var result = _text.Run([NamedOnnxValue.CreateFromTensor("input_ids", tokens), NamedOnnxValue.CreateFromTensor("attention_mask", mask)]);
        return Copy(result, "text_embeds");
    }

    /// <summary>[batch, length, width] of tokens.</summary>
    public DenseTensor<float> EmbedTokens(DenseTensor<long> tokens)
    {
        using var result = _embed.Run([NamedOnnxValue.CreateFromTensor("input_ids", tokens)]);
        return Copy(result, "inputs_embeds");
    }

    /// <summary>Picture features of one sample, then its tokens: [1, patches + length, width].</summary>
    public DenseTensor<float> Prompt(DenseTensor<float> features, int sample, IEnumerable<int> tokens)
    {
        var ids = tokens.Select(t => (long)t).ToArray();
        var embedded = EmbedTokens(new DenseTensor<long>(ids, [1, ids.Length]));
        var patches = features.Dimensions[1];
        var prompt = new DenseTensor<float>([1, patches + ids.Length, Width]);
        features.Buffer.Span.Slice(sample * patches * Width, patches * Width).CopyTo(prompt.Buffer.Span);
        embedded.Buffer.Span.CopyTo(prompt.Buffer.Span[(patches * Width)..]);
        return prompt;
    }

    /// <summary>Runs the decoder; the cache is empty where none is given.</summary>
    public (DenseTensor<float> Logits, DenseTensor<float>[] Cache) Decode(DenseTensor<float> embeds, DenseTensor<long> mask, DenseTensor<long> positions, DenseTensor<float>[]? cache = null)
    {
        cache ??= [.. Enumerable.Range(0, 2 * Layers).Select(_ => new DenseTensor<float>([embeds.Dimensions[0], Heads, 0, HeadWidth]))];
        List<NamedOnnxValue> inputs =
        [
            NamedOnnxValue.CreateFromTensor("inputs_embeds", embeds), NamedOnnxValue.CreateFromTensor("attention_mask", mask), NamedOnnxValue.CreateFromTensor("position_ids", positions),
        ];
        inputs.AddRange(cache.Select((c, i) => NamedOnnxValue.CreateFromTensor($"past_key_values.{i / 2}.{(i % 2 == 0 ? "key" : "value")}", c)));
        using var result = _decoder.Run(inputs);
        return (Copy(result, "logits"), [.. Enumerable.Range(0, 2 * Layers).Select(i => Copy(result, $"present.{i / 2}.{(i % 2 == 0 ? "key" : "value")}"))]);
    }

    /// <summary>Decodes a prompt without cache or padding.</summary>
    public DenseTensor<float> Decode(DenseTensor<float> prompt)
    {
        var length = prompt.Dimensions[1];
        return Decode(prompt, Filled(1, length, _ => 1), Filled(1, length, i => i)).Logits;
    }

    public static DenseTensor<long> Filled(int batch, int length, Func<int, long> value) =>
        new(Enumerable.Range(0, batch * length).Select(i => value(i % length)).ToArray(), [batch, length]);

    public void Dispose()
    {
        _vision.Dispose();
        _text.Dispose();
        _embed.Dispose();
        _decoder.Dispose();
    }

    private static InferenceSession Open(string graph) => new(Path.Combine(Folder, "onnx", graph));

    private static DenseTensor<float> Copy(IEnumerable<DisposableNamedOnnxValue> values, string name) => values.Single(v => v.Name == name).AsTensor<float>().ToDenseTensor();
}
