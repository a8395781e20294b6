using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Model;

/// <summary>What of a forward pass through the decoder is supervised beside the logits.</summary>
internal sealed class DecoderTrace
{
    /// <summary>Scores of the supervised heads of each grounded block, [batch, heads, sequence, sequence].</summary>
    public List<Tensor> Nouns { get; } = [];

    /// <summary>Scores of the supervised heads of the last block at the answers' positions, [batch, heads, chosen, sequence].</summary>
    public List<Tensor> Answers { get; } = [];

    /// <summary>Output of the last grounded block, [batch, sequence, width].</summary>
    public Tensor? Grounded { get; set; }
}
