using System.Collections.Frozen;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Constraints;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>Patch features of a picture, at the decoder's width.</summary>
/// <param name="Values">Row-major <c>[tokens, width]</c>; not written to.</param>
/// <param name="Grid">The tiles that they are of; decides how the picture stands in the prompt.</param>
public sealed record ImageFeatures(float[] Values, int Tokens, int Width, PictureGrid Grid = default);

/// <summary>How the next token is chosen.</summary>
public sealed record SamplingOptions
{
    public static readonly SamplingOptions Greedy = new();

    /// <summary>0 is greedy. Range 0..2.</summary>
    public float Temperature { get; init; }

    /// <summary>Nucleus: the smallest set of tokens with at least this probability. Range (0, 1].</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Only the k most likely tokens; 0 means all.</summary>
    public int TopK { get; init; }

    /// <summary>Only tokens at least this likely, as a share of the most likely one's probability. Range 0..1; 0 leaves all.</summary>
    public float MinP { get; init; }

    /// <summary>
    /// Makes tokens that stand in prompt or answer less likely: their logits are divided by it where positive and multiplied where negative
    /// (Keskar et al., 2019, CTRL). Above 0, at most 10; 1 changes nothing.
    /// </summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Added to the logits of these tokens. Range -100..100.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = FrozenDictionary<int, float>.Empty;

    /// <summary>Same seed, same prompt, same pack: same text.</summary>
    public long Seed { get; init; }

    /// <summary>The answer ends before the first of these; none may be empty.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>Alternatives whose log probabilities are told with every token, beside the chosen one's. Range 0..20; null: no log probabilities.</summary>
    public int? LogProbabilities { get; init; }
}

/// <summary>Who goes first where answers wait.</summary>
public enum GenerationPriority
{
    /// <summary>Someone looks at the screen.</summary>
    Interactive,

    /// <summary>Goes after what is interactive, but not without end.</summary>
    Bulk,
}

/// <summary>One answer to generate.</summary>
public sealed record GenerationRequest
{
    /// <summary>Stands in <see cref="Prompt"/> at every position whose embedding is the next row of <see cref="Image"/>.</summary>
    public const int ImagePosition = -1;

    /// <summary>Token ids and <see cref="ImagePosition"/>s, at least one, shorter than the context.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>
    /// As many rows as <see cref="Prompt"/> has <see cref="ImagePosition"/>s; null if it has none. For a decoder with cross-attention: what its
    /// encoder gave, any number of rows, and no position in the prompt.
    /// </summary>
    public ImageFeatures? Image { get; init; }

    /// <summary>At most this many tokens in the answer, <see cref="Prefix"/> included; 0: until the context is full.</summary>
    public int MaxNewTokens { get; init; }

    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>
    /// Tokens that an earlier, broken run of the same request gave, in order. They are not given again; because sampling is seeded per
    /// position, what follows is what the undisturbed run would have given.
    /// </summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>What the answer must look like, <see cref="Prefix"/> included; null: anything.</summary>
    public TokenConstraint? Constraint { get; init; }

    /// <summary>Names the dialogue: its newest prompt replaces its older one in the prefix cache. Null: matched by prefix only.</summary>
    public string? CacheKey { get; init; }

    public GenerationPriority Priority { get; init; }

    /// <summary>Who asks; where answers wait, tenants get equal shares, by their weights. All without a name are one.</summary>
    public string Tenant { get; init; } = "";

    internal void Validate(DecoderGraph graph, int contextLength)
    {
        var vocabularySize = graph.VocabularySize;
        Require(Sampling.Temperature is >= 0 and <= 2, "temperature", $"{Sampling.Temperature} is not between 0 and 2");
        Require(Sampling.TopP is > 0 and <= 1, "top_p", $"{Sampling.TopP} is not above 0 and at most 1");
        Require(Sampling.TopK >= 0, "top_k", $"{Sampling.TopK} is negative");
        Require(Sampling.MinP is >= 0 and <= 1, "min_p", $"{Sampling.MinP} is not between 0 and 1");
        Require(Sampling.RepetitionPenalty is > 0 and <= 10, "repetition_penalty", $"{Sampling.RepetitionPenalty} is not above 0 and at most 10");
        Require(
            Sampling.LogitBias.All(bias => bias.Key >= 0 && bias.Key < vocabularySize && bias.Value is >= -100 and <= 100),
            "logit_bias", $"has an id outside the vocabulary of {vocabularySize}, or a bias that is not between -100 and 100");
        Require(Sampling.LogProbabilities is null or (>= 0 and <= 20), "log_probabilities", $"{Sampling.LogProbabilities} is not between 0 and 20");
        Require(MaxNewTokens >= 0, "max_new_tokens", $"{MaxNewTokens} is negative");
        Require(Sampling.StopSequences.All(s => s.Length > 0), "stop_sequences", "one of them is empty");
        Require(Prompt.Count > 0, "prompt", "is empty");
        Require(Prompt.All(id => id >= ImagePosition && id < vocabularySize), "prompt", $"has an id outside the vocabulary of {vocabularySize}");
        Require(Prefix.All(id => id >= 0 && id < vocabularySize), "prefix_token_ids", $"has an id outside the vocabulary of {vocabularySize}");
        Require(Image is null || Image.Values.Length == (long)Image.Tokens * Image.Width, "image", "has values that are not tokens times width");
        var positions = Prompt.Count(id => id == ImagePosition);
        if (graph.Encoder is { } encoder)
        {
            Require(Image is { Tokens: > 0 }, "image", "is missing; this decoder writes about a picture only");
            Require(positions == 0, "prompt", "has picture positions; this decoder sees the picture by cross-attention");
            Require(encoder.Shape[1] < 0 || Image!.Tokens == encoder.Shape[1], "image", $"has {Image?.Tokens} feature rows; the decoder needs {encoder.Shape[1]}");
            Require(encoder.Shape[2] < 0 || Image!.Width == encoder.Shape[2], "image", $"has features of width {Image?.Width}; the decoder needs {encoder.Shape[2]}");
        }
        else
        {
            Require(positions == (Image?.Tokens ?? 0), "image", $"has {Image?.Tokens ?? 0} feature rows for {positions} positions in the prompt");
            Require(Image is null || Image.Width == graph.EmbeddingWidth, "image", $"has features of width {Image?.Width}; the decoder needs {graph.EmbeddingWidth}");
        }

        if (Prompt.Count >= contextLength)
        {
            throw new MeshException(
                ErrorReason.PromptTooLong, $"The prompt has {Prompt.Count} positions; the model reads {contextLength}, one of them for the answer.");
        }
    }

    private static void Require(bool condition, string field, string what)
    {
        if (!condition)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"{field}: {what}.") { Field = field };
        }
    }
}
