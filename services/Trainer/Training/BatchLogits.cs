using MultiModalMesh.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Training;

/// <summary>From the arrays of a batch to what the network makes of them.</summary>
internal sealed class BatchLogits(PictoModel model)
{
    private const float Masked = -1e4f;

    /// <summary>[batch, size, size, 3] bytes.</summary>
    public static Tensor Pixels(Batch batch)
    {
        var side = (long)Math.Sqrt(batch.Pixels.Length / 3 / batch.Count);
        return tensor(batch.Pixels, [batch.Count, side, side, 3]);
    }

    /// <summary>Patch tokens [batch, patches, width].</summary>
    /// <param name="batch">With pictures.</param>
    /// <param name="statistics">Whether the stem normalises by this batch and remembers it.</param>
    public Tensor See(Batch batch, bool statistics) => model.Vision.Encode(model.Normalize(Pixels(batch)), statistics);

    /// <summary>Embeddings of the sentences, [batch, embedding].</summary>
    public Tensor Captions(Batch batch) =>
        model.Text.Embed(tensor(batch.Captions, [batch.Count, batch.CaptionLength]), tensor(batch.CaptionMask, [batch.Count, batch.CaptionLength]));

    /// <summary>[targets, vocabulary].</summary>
    public Tensor Of(Batch batch, Tensor? features, DecoderTrace? trace)
    {
        var positions = tensor(batch.AnswerPositions, [batch.Count, batch.AnswerLength]);
        var length = batch.TextLength + (features is null ? 0 : model.Shape.Patches);
        var mask = arange(length).view(1, 1, 1, -1).gt(positions.unsqueeze(1).unsqueeze(-1)).to(float32) * Masked;
        return model.Decoder.Logits(features, tensor(batch.Tokens, [batch.Count, batch.TextLength]), positions, mask, tensor(batch.AnswerIndex), trace);
    }
}
