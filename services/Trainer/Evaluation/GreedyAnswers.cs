using MultiModalMesh.Inference.Tokenizers;
using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Tokenization;
using MultiModalMesh.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Evaluation;

/// <summary>What the model answers to the last question of each dialogue, the turns before it given; always the likeliest token, as served by default.</summary>
internal sealed class GreedyAnswers(PictoModel model, BatchLogits network, Tokenizer tokenizer)
{
    private const float Masked = -1e4f;

    private readonly int _assistant = tokenizer.SpecialTokens[TokenizerWriter.Assistant], _end = tokenizer.SpecialTokens[TokenizerWriter.End];

    /// <param name="batch">With pictures.</param>
    /// <param name="most">Tokens of an answer.</param>
    public string[] Say(Batch batch, int most)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var features = model.Vision.Features(network.See(batch, statistics: false));
        var texts = Enumerable.Range(0, batch.Count).Select(i => Question(batch, i)).ToArray();
        var starts = texts.Select(t => t.Count).ToArray();
        var open = Enumerable.Range(0, batch.Count).ToHashSet();
        for (var token = 0; token < most && open.Count > 0; token++)
        {
            using var step = NewDisposeScope();
            var next = Next(features, texts);
            foreach (var i in open.ToArray())
            {
                texts[i].Add(next[i]);
                if (next[i] == _end || model.Shape.Patches + texts[i].Count >= model.Shape.Context)
                {
                    open.Remove(i);
                }
            }
        }

        return [.. texts.Select((t, i) => tokenizer.Decode([.. t.Skip(starts[i]).TakeWhile(id => id != _end).Select(id => (int)id)]).Trim())];
    }

    private long[] Next(Tensor features, List<long>[] texts)
    {
        var length = texts.Max(t => t.Count);
        var tokens = texts.SelectMany(t => t.Concat(Enumerable.Repeat(0L, length - t.Count))).ToArray();
        var last = tensor(texts.Select(t => (long)model.Shape.Patches + t.Count - 1).ToArray(), [texts.Length, 1]);
        var mask = arange(model.Shape.Patches + length).view(1, 1, 1, -1).gt(last.view(-1, 1, 1, 1)).to(float32) * Masked;
        return model.Decoder.Logits(features, tensor(tokens, [texts.Length, length]), last, mask, arange(texts.Length)).argmax(-1).cpu().data<long>().ToArray();
    }

    /// <summary>A sample's tokens up to where its last answer begins.</summary>
    private List<long> Question(Batch batch, int sample)
    {
        var row = batch.Tokens.AsSpan(sample * batch.TextLength, batch.TextLength);
        return [.. row[..(row.LastIndexOf(_assistant) + 1)]];
    }
}
