using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Model;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Training;

/// <summary>Every kind of the world in the words of a search for it: what zero-shot classification chooses from.</summary>
internal sealed class KindSentences
{
    private static readonly string[] Templates = ["a picture of {0}", "{0}", "an image of {0}", "a drawing of {0}", "{0} in one picture", "a picture with {0}"];

    private readonly Tensor[] _tokens, _masks;
    private readonly int _kinds;

    public KindSentences(ArtLibrary art, DialogueEncoder encoder)
    {
        _kinds = art.Kinds.Count;
        var layouts = Templates.Select(t => Layout([.. art.Kinds.Select(k => encoder.Encode(string.Format(null, t, k.WithArticle)))])).ToArray();
        _tokens = [.. layouts.Select(l => l.Tokens)];
        _masks = [.. layouts.Select(l => l.Mask)];
    }

    /// <summary>Embeddings of all kinds in the words of one template, which torch's generator draws.</summary>
    /// <returns>[kinds, embedding], of length 1.</returns>
    public Tensor Embed(PictoModel model)
    {
        var template = randint(0, Templates.Length, [1]).item<long>();
        return model.Text.Embed(_tokens[template], _masks[template]);
    }

    /// <summary>[batch, kinds] rows of sum 1: the same share for each kind that is in the picture.</summary>
    public Tensor Shares(Batch batch)
    {
        var shares = new float[batch.Count * _kinds];
        for (var i = 0; i < batch.Count; i++)
        {
            var present = batch.Scenes[i].Objects.Select(o => o.Kind).Distinct().ToArray();
            foreach (var kind in present)
            {
                shares[(i * _kinds) + kind] = 1f / present.Length;
            }
        }

        return tensor(shares, [batch.Count, _kinds]);
    }

    private static (Tensor Tokens, Tensor Mask) Layout(int[][] sentences)
    {
        var length = sentences.Max(s => s.Length);
        var tokens = new long[sentences.Length * length];
        var mask = new float[tokens.Length];
        for (var i = 0; i < sentences.Length; i++)
        {
            for (var t = 0; t < sentences[i].Length; t++)
            {
                tokens[(i * length) + t] = sentences[i][t];
                mask[(i * length) + t] = 1;
            }
        }

        return (tensor(tokens, [sentences.Length, length]).DetachFromDisposeScope(), tensor(mask, [sentences.Length, length]).DetachFromDisposeScope());
    }
}
