using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MultiModalMesh.Trainer.Training;

/// <summary>
/// The classifier of patches: its weights are the embeddings of the words that name a class (mean over tokens, singular and plural), so that what a patch
/// shows and the noun for it point the same way before the decoder has learned anything.
/// </summary>
internal sealed class PatchClasses
{
    private const float SingularShare = 0.6f;

    private readonly Tensor _ids, _weights;
    private readonly int _tokens;

    public PatchClasses(ArtLibrary art, DialogueEncoder encoder)
    {
        var names = art.Kinds.Select(k => (k.Singular, k.Plural)).Concat(Colours.Names.Select(c => (c, c))).ToArray();
        var encoded = names.Select(n => (Singular: encoder.Encode(" " + n.Item1), Plural: encoder.Encode(" " + n.Item2))).ToArray();
        _tokens = encoded.Max(e => e.Singular.Length + e.Plural.Length);
        var ids = new long[encoded.Length * _tokens];
        var weights = new float[ids.Length];
        for (var i = 0; i < encoded.Length; i++)
        {
            var (singular, plural) = encoded[i];
            for (var t = 0; t < singular.Length + plural.Length; t++)
            {
                var isSingular = t < singular.Length;
                ids[(i * _tokens) + t] = isSingular ? singular[t] : plural[t - singular.Length];
                weights[(i * _tokens) + t] = isSingular ? SingularShare / singular.Length : (1 - SingularShare) / plural.Length;
            }
        }

        SingleTokenNouns = encoded.Count(e => e.Singular.Length == 1);
        _ids = tensor(ids, [encoded.Length, _tokens]).DetachFromDisposeScope();
        _weights = tensor(weights, [encoded.Length, _tokens, 1]).DetachFromDisposeScope();
        ClassWeights = cat([ones(art.Kinds.Count), full([Colours.Names.Count], 0.35f)]).DetachFromDisposeScope();
    }

    /// <summary>Classes whose singular is one token.</summary>
    public int SingleTokenNouns { get; }

    public int Count => (int)_ids.shape[0];

    /// <summary>Weights in the loss: background is most of every picture.</summary>
    public Tensor ClassWeights { get; }

    /// <param name="features">[batch, patches, width].</param>
    /// <param name="parameters">Holds the embeddings and the scale (a logarithm).</param>
    /// <returns>[batch * patches, classes].</returns>
    public Tensor Logits(Tensor features, ParameterStore parameters)
    {
        var classes = (parameters["embed_tokens.weight"].index_select(0, _ids.flatten()).view(_ids.shape[0], _tokens, -1) * _weights).sum(1);
        return features.flatten(0, 1).matmul(classes.t()) * parameters["patch_class.scale"].exp();
    }
}
