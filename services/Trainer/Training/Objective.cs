using MultiModalMesh.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MultiModalMesh.Trainer.Training;

/// <summary>The training loss: language modelling on answers, patch classes, object centres, symmetric InfoNCE and grounding of nouns.</summary>
internal sealed class Objective(PictoModel model, PatchClasses classes)
{
    private const float Patch = 0.5f, Centre = 0.15f, Contrast = 0.2f, Ground = 0.2f;
    private const double MaximumLogTemperature = 4.6052; // ln 100, as in CLIP.

    public sealed record Loss(Tensor Total, Tensor Language, Tensor Patch, Tensor Centre, Tensor Contrast, Tensor Ground)
    {
        public float[] Parts() => [Language.item<float>(), Patch.item<float>(), Centre.item<float>(), Contrast.item<float>(), Ground.item<float>()];
    }

    /// <summary>Pictures only: what and where.</summary>
    public Loss Vision(Batch batch)
    {
        var tokens = model.Vision.Encode(model.Normalize(Pixels(batch)), true);
        var (patch, centre) = Picture(batch, tokens, model.Vision.Features(tokens));
        var none = zeros(1);
        return new Loss(patch + centre, none, patch, centre, none, none);
    }

    public Loss Joint(Batch batch)
    {
        var tokens = model.Vision.Encode(model.Normalize(Pixels(batch)), true);
        var features = model.Vision.Features(tokens);
        var (patch, centre) = Picture(batch, tokens, features);
        var grounding = new List<(Tensor Query, Tensor Key)>();
        var language = F.cross_entropy(Logits(batch, features, grounding), tensor(batch.Targets));
        var contrast = InfoNce(model.Vision.Embed(tokens), Captions(batch));
        var ground = Grounding(batch, grounding);
        return new Loss(language + (Patch * patch) + (Centre * centre) + (Contrast * contrast) + (Ground * ground), language, patch, centre, contrast, ground);
    }

    /// <summary>Dialogues without pictures.</summary>
    public Tensor TextOnly(Batch batch) => F.cross_entropy(Logits(batch, null, null), tensor(batch.Targets));

    public static Tensor Pixels(Batch batch) => tensor(batch.Pixels, [batch.Count, PixelSide(batch), PixelSide(batch), 3]);

    public Tensor Captions(Batch batch) =>
        model.Text.Embed(tensor(batch.Captions, [batch.Count, batch.CaptionLength]), tensor(batch.CaptionMask, [batch.Count, batch.CaptionLength]));

    /// <summary>[targets, vocabulary].</summary>
    public Tensor Logits(Batch batch, Tensor? features, List<(Tensor Query, Tensor Key)>? grounding)
    {
        var positions = tensor(batch.AnswerPositions, [batch.Count, batch.AnswerLength]);
        var length = batch.TextLength + (features is null ? 0 : model.Shape.Patches);
        var mask = arange(length).view(1, 1, 1, -1).gt(positions.unsqueeze(1).unsqueeze(-1)).to(float32) * -1e4f;
        return model.Decoder.Logits(features, tensor(batch.Tokens, [batch.Count, batch.TextLength]), positions, mask, tensor(batch.AnswerIndex), grounding);
    }

    private static long PixelSide(Batch batch) => (long)Math.Sqrt(batch.Pixels.Length / 3 / batch.Count);

    private (Tensor Patch, Tensor Centre) Picture(Batch batch, Tensor tokens, Tensor features)
    {
        var patch = F.cross_entropy(classes.Logits(features, model.Parameters), tensor(batch.PatchLabels), classes.ClassWeights);
        var offsets = F.linear(tokens, model.Parameters["centre.weight"], model.Parameters["centre.bias"]).view(-1, 2);
        var covered = tensor(batch.Covered);
        var distance = F.smooth_l1_loss(offsets, tensor(batch.Centres, [batch.Covered.Length, 2]), nn.Reduction.None).sum(1);
        return (patch, (distance * covered).sum() / covered.sum().clamp_min(1));
    }

    /// <summary>Radford et al. 2021, arXiv:2103.00020: the batch's other pairs are the negatives.</summary>
    private Tensor InfoNce(Tensor images, Tensor texts)
    {
        var scale = model.Parameters["temperature"].clamp_max(MaximumLogTemperature).exp();
        var similarity = images.matmul(texts.t()) * scale;
        var own = arange(images.shape[0]);
        return (F.cross_entropy(similarity, own) + F.cross_entropy(similarity.t(), own)) / 2;
    }

    /// <summary>Negative logarithm of the attention mass that a noun's supervised heads put on the patches of the object it means.</summary>
    private Tensor Grounding(Batch batch, List<(Tensor Query, Tensor Key)> blocks)
    {
        if (batch.MentionRows.Length == 0)
        {
            return zeros(1);
        }

        var patches = model.Shape.Patches;
        var inside = tensor(batch.MentionPatches, [batch.MentionRows.Length, patches]).unsqueeze(1);
        var rows = tensor(batch.MentionRows);
        var samples = tensor(batch.MentionSamples);
        var loss = zeros(1);
        foreach (var (query, key) in blocks)
        {
            // [mentions, heads, width] against [mentions, heads, patches, width]
            var q = query.narrow(1, 0, Decoder.GroundedHeads).transpose(1, 2).flatten(0, 1).index_select(0, rows);
            var k = key.narrow(1, 0, Decoder.GroundedHeads).narrow(2, 0, patches).index_select(0, samples);
            var scores = k.matmul(q.unsqueeze(-1)).squeeze(-1) / Math.Sqrt(model.Shape.HeadWidth);
            loss -= ((F.softmax(scores, -1) * inside).sum(-1) + 1e-6).log().mean() / blocks.Count;
        }

        return loss;
    }
}
