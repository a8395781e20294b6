using MultiModalMesh.Errors;
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

    /// <summary>Same seed, same prompt, same pack: same text.</summary>
    public long Seed { get; init; }

    /// <summary>The answer ends before the first of these; none may be empty.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];
}

/// <summary>One answer to generate.</summary>
public sealed record GenerationRequest
{
    /// <summary>Stands in <see cref="Prompt"/> at every position whose embedding is the next row of <see cref="Image"/>.</summary>
    public const int ImagePosition = -1;

    /// <summary>Token ids and <see cref="ImagePosition"/>s, at least one, shorter than the context.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>As many rows as <see cref="Prompt"/> has <see cref="ImagePosition"/>s; null if it has none.</summary>
    public ImageFeatures? Image { get; init; }

    /// <summary>At most this many tokens in the answer, <see cref="Prefix"/> included; 0: until the context is full.</summary>
    public int MaxNewTokens { get; init; }

    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>
    /// Tokens that an earlier, broken run of the same request gave, in order. They are not given again; because sampling is seeded per
    /// position, what follows is what the undisturbed run would have given.
    /// </summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>Names the dialogue: its newest prompt replaces its older one in the prefix cache. Null: matched by prefix only.</summary>
    public string? CacheKey { get; init; }

    internal void Validate(int vocabularySize, int contextLength, int? embeddingWidth)
    {
        Require(Sampling.Temperature is >= 0 and <= 2, "temperature", $"{Sampling.Temperature} is not between 0 and 2");
        Require(Sampling.TopP is > 0 and <= 1, "top_p", $"{Sampling.TopP} is not above 0 and at most 1");
        Require(Sampling.TopK >= 0, "top_k", $"{Sampling.TopK} is negative");
        Require(MaxNewTokens >= 0, "max_new_tokens", $"{MaxNewTokens} is negative");
        Require(Sampling.StopSequences.All(s => s.Length > 0), "stop_sequences", "one of them is empty");
        Require(Prompt.Count > 0, "prompt", "is empty");
        Require(Prompt.All(id => id >= ImagePosition && id < vocabularySize), "prompt", $"has an id outside the vocabulary of {vocabularySize}");
        Require(Prefix.All(id => id >= 0 && id < vocabularySize), "prefix_token_ids", $"has an id outside the vocabulary of {vocabularySize}");
        var positions = Prompt.Count(id => id == ImagePosition);
        Require(positions == (Image?.Tokens ?? 0), "image", $"has {Image?.Tokens ?? 0} feature rows for {positions} positions in the prompt");
        Require(Image is null || Image.Values.Length == (long)Image.Tokens * Image.Width, "image", "has values that are not tokens times width");
        Require(Image is null || Image.Width == embeddingWidth, "image", $"has features of width {Image?.Width}; the decoder needs {embeddingWidth}");
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
