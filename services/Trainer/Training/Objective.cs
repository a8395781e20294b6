using MultiModalMesh.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MultiModalMesh.Trainer.Training;

/// <summary>The training loss: language modelling on answers, patch classes, object centres, symmetric InfoNCE, kinds by their names, where nouns and answers look, and where nouns say their objects are.</summary>
internal sealed class Objective(PictoModel model, BatchLogits logits, PatchClasses classes, KindSentences kinds)
{
    private const float Patch = 0.5f, Centre = 0.15f, Contrast = 0.2f, Name = 0.2f, Ground = 0.2f, Place = 0.2f, Point = 0.2f;

    internal sealed record Loss(Tensor Total, Tensor Language, Tensor Patch, Tensor Centre, Tensor Contrast, Tensor Name, Tensor Ground, Tensor Place, Tensor Point)
    {
        public static readonly string[] Names = ["language", "patch", "centre", "contrast", "name", "ground", "place", "point"];

        public Tensor[] Parts() => [Language, Patch, Centre, Contrast, Name, Ground, Place, Point];
    }

    /// <summary>Pictures only: what and where.</summary>
    public Loss Vision(Batch batch)
    {
        var tokens = model.Vision.Encode(model.Normalize(BatchLogits.Pixels(batch)), true);
        var (patch, centre) = Picture(batch, tokens, model.Vision.Features(tokens));
        var none = zeros(1);
        return new Loss(patch + centre, none, patch, centre, none, none, none, none, none);
    }

    public Loss Joint(Batch batch)
    {
        var tokens = model.Vision.Encode(model.Normalize(BatchLogits.Pixels(batch)), true);
        var features = model.Vision.Features(tokens);
        var (patch, centre) = Picture(batch, tokens, features);
        var trace = new DecoderTrace();
        var language = F.cross_entropy(logits.Of(batch, features, trace), tensor(batch.Targets));
        var embeddings = model.Vision.Embed(tokens);
        var contrast = ContrastiveObjective.InfoNce(model.Parameters, embeddings, logits.Captions(batch));
        var name = ContrastiveObjective.Named(model.Parameters, embeddings, kinds.Embed(model), kinds.Shares(batch));
        var ground = Looking(batch.Mentions, trace.Nouns);
        var place = Placing(batch.Places, trace.Grounded!);
        var point = Looking(batch.Pointers, trace.Answers);
        return new Loss(
            language + (Patch * patch) + (Centre * centre) + (Contrast * contrast) + (Name * name) + (Ground * ground) + (Place * place) + (Point * point),
            language, patch, centre, contrast, name, ground, place, point);
    }

    /// <summary>Dialogues without pictures.</summary>
    public Tensor TextOnly(Batch batch) => F.cross_entropy(logits.Of(batch, null, null), tensor(batch.Targets));

    private (Tensor Patch, Tensor Centre) Picture(Batch batch, Tensor tokens, Tensor features)
    {
        var patch = F.cross_entropy(classes.Logits(features, model.Parameters), tensor(batch.PatchLabels), classes.ClassWeights);
        var offsets = F.linear(tokens, model.Parameters["centre.weight"], model.Parameters["centre.bias"]).view(-1, 2);
        var covered = tensor(batch.Covered);
        var distance = F.smooth_l1_loss(offsets, tensor(batch.Centres, [batch.Covered.Length, 2]), nn.Reduction.None).sum(1);
        return (patch, (distance * covered).sum() / covered.sum().clamp_min(1));
    }

    /// <summary>Distance between where an object is and where its noun says it is, once the noun has looked: what relations are computed from.</summary>
    private Tensor Placing(Places places, Tensor grounded)
    {
        if (places.Rows.Length == 0)
        {
            return zeros(1);
        }

        var nouns = grounded.flatten(0, 1).index_select(0, tensor(places.Rows));
        nouns = F.layer_norm(nouns, [model.Shape.Width]);
        var guess = F.linear(nouns, model.Parameters["place.weight"], model.Parameters["place.bias"]);
        return F.smooth_l1_loss(guess, tensor(places.Centres, [places.Rows.Length, 2]));
    }

    /// <summary>
    /// Negative logarithm of the attention mass that supervised heads put where they must look. All that a position can see competes, so that what is
    /// looked at really reaches it; the noun of an absent kind looks at itself, which tells it from a present one.
    /// </summary>
    private static Tensor Looking(Gaze gaze, List<Tensor> blocks)
    {
        var loss = zeros(1);
        if (gaze.Rows.Length == 0)
        {
            return loss;
        }

        var rows = tensor(gaze.Rows);
        var wanted = tensor(gaze.Targets, [gaze.Rows.Length, 1, gaze.Targets.Length / gaze.Rows.Length]);
        foreach (var scores in blocks)
        {
            var chosen = scores.transpose(1, 2).flatten(0, 1).index_select(0, rows);
            loss -= ((F.softmax(chosen, -1) * wanted).sum(-1) + 1e-6).log().mean() / blocks.Count;
        }

        return loss;
    }
}
