using System.Diagnostics;
using System.Globalization;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Encoders;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Mesh.Packs;

/// <summary>What a part of a pack did when it was tried.</summary>
/// <param name="Capability">Of <see cref="PackCapabilities"/>.</param>
/// <param name="Result">What came out; null where it failed.</param>
/// <param name="Problem">One sentence; null where it works.</param>
internal sealed record TrialResult(string Capability, string? Result, string? Problem);

/// <summary>Runs every part of a loaded pack once, on a small picture and a few words.</summary>
internal sealed class PackTrial(LoadedPack pack, TimeProvider time)
{
    private const int AnswerTokens = 8;

    public async Task<IReadOnlyList<TrialResult>> RunAsync(CancellationToken cancellationToken)
    {
        var results = new List<TrialResult>();
        ImageEncoding? picture = null;
        if (pack.VisionEncoder is { } vision)
        {
            results.Add(await TryAsync(PackCapabilities.ImageEmbedding, async () =>
            {
                picture = await vision.EncodeAsync(await PictureAsync(cancellationToken), cancellationToken);
                return Describe(picture.Embedding);
            }));
        }

        if (pack.TextEncoder is { } text)
        {
            results.Add(await TryAsync(
                PackCapabilities.TextEmbedding, async () => Describe((await text.EncodeAsync("a red ball on a white table", cancellationToken)).Embedding)));
        }

        if (pack.Decoder is { } decoder)
        {
            results.Add(await TryAsync(PackCapabilities.Chat, () => GenerateAsync(decoder, picture, cancellationToken)));
        }

        return results;
    }

    private async Task<TrialResult> TryAsync(string capability, Func<Task<string>> trial)
    {
        var start = time.GetTimestamp();
        try
        {
            var result = await trial();
            return new TrialResult(capability, string.Create(CultureInfo.InvariantCulture, $"{result}, {time.GetElapsedTime(start).TotalMilliseconds:0} ms"), null);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whatever the models do wrong is what is looked for here.
            return new TrialResult(capability, null, $"{capability} fails: {failure.Message}");
        }
    }

    private async Task<string> GenerateAsync(DecoderEngine decoder, ImageEncoding? picture, CancellationToken cancellationToken)
    {
        var answer = "";
        var tokens = 0;
        await foreach (var generated in decoder.GenerateAsync(Request(picture), cancellationToken))
        {
            answer += generated switch
            {
                GeneratedToken token => token.TextDelta,
                GenerationCompleted completed => completed.TextDelta,
                _ => "",
            };
            tokens += generated is GeneratedToken ? 1 : 0;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{tokens} tokens \"{answer.ReplaceLineEndings(" ").Trim()}\"");
    }

    private GenerationRequest Request(ImageEncoding? picture)
    {
        if (pack.Pack.ChatPrompt is not { } chat)
        {
            return new GenerationRequest { Prompt = pack.Pack.Tokenizer.Encode("Once upon a time"), MaxNewTokens = AnswerTokens };
        }

        var sees = picture is { FeatureTokens: > 0 } && pack.Pack.MaxImages > 0;
        var layout = chat.Build([new ChatMessage(ChatRole.User, sees ? "What is in the picture?" : "Hello!", sees ? 1 : 0)], AnswerTokens);
        return new GenerationRequest
        {
            Prompt = layout.Tokens,
            Image = sees ? new ImageFeatures(picture!.Features, picture.FeatureTokens, picture.FeatureWidth) : null,
            MaxNewTokens = AnswerTokens,
        };
    }

    private string Describe(float[] embedding) => embedding.Length > 0 && embedding.All(float.IsFinite) && embedding.Any(value => value != 0)
        ? $"{embedding.Length} dimensions"
        : throw new MeshException(ErrorReason.PackInvalid, $"the embedding of '{pack.Pack.Name}' is empty, zero or not finite.");

    private static async Task<byte[]> PictureAsync(CancellationToken cancellationToken)
    {
        await using var stream = typeof(PackTrial).Assembly.GetManifestResourceStream("trial.png") ?? throw new UnreachableException("The picture is in the assembly.");
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
