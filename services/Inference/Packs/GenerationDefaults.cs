namespace MultiModalMesh.Inference.Packs;

/// <summary>How a pack's publisher generates where a request says nothing (<c>generation_config.json</c>); null: nothing is said.</summary>
/// <param name="DoSample">False: greedy, whatever the other numbers are.</param>
/// <param name="MaxNewTokens">Tokens of an answer.</param>
/// <param name="MaxLength">Tokens of prompt and answer together.</param>
public sealed record GenerationDefaults(
    bool DoSample = false,
    float? Temperature = null,
    int? TopK = null,
    float? TopP = null,
    float? MinP = null,
    float? RepetitionPenalty = null,
    int? MaxNewTokens = null,
    int? MaxLength = null);

/// <summary>How a decoder sees a picture.</summary>
public enum PictureInput
{
    /// <summary>It sees none.</summary>
    None,

    /// <summary>Features take positions of the prompt, in the place of token embeddings.</summary>
    Positions,

    /// <summary>Features are attended to from beside the prompt: <c>encoder_hidden_states</c>. They take no position.</summary>
    EncoderStates,
}
