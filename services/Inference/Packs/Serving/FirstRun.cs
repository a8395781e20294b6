using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Encoders;

namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>
/// Runs every model of a pack once on next to nothing. ONNX Runtime allocates and .NET compiles at a first run, which is better paid before a pack
/// is offered than by whoever asks first; and a pack that opens but cannot run is found out.
/// </summary>
internal static class FirstRun
{
    // One for the prompt, one for a step behind it: they run differently.
    private const int Tokens = 2;

    /// <summary>16 x 16, grey, PNG.</summary>
    private static readonly byte[] Picture = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFElEQVR42mNoIBEwjGoY1TB8NQAAJYSAELxv8c8AAAAASUVORK5CYII=");

    /// <exception cref="MeshException">PackInvalid: names the part that cannot be run.</exception>
    public static async Task RunAsync(LoadedPack pack, CancellationToken cancellationToken)
    {
        ImageEncoding? picture = null;
        if (pack.VisionEncoder is { } vision)
        {
            await TryAsync(pack.Pack, "vision encoder", async () => picture = await vision.EncodeAsync(Picture, cancellationToken));
        }

        if (pack.TextEncoder is { } text)
        {
            await TryAsync(pack.Pack, "text encoder", () => text.EncodeAsync("Hello!", cancellationToken));
        }

        if (pack.Decoder is { } decoder)
        {
            await TryAsync(pack.Pack, "decoder", () => GenerateAsync(pack.Pack, decoder, picture, cancellationToken));
        }
    }

    private static async Task TryAsync(ModelPack pack, string part, Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{pack.Directory}: the {part} of '{pack.Id}' fails at its first run: {failure.Message}", failure);
        }
    }

    private static async Task GenerateAsync(ModelPack pack, DecoderEngine decoder, ImageEncoding? picture, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            Prompt = [.. pack.Tokenizer.Encode("Hello!").DefaultIfEmpty(pack.EndTokenId ?? 0).Take(1)],
            Image = !decoder.NeedsPicture ? null
                : picture is null ? decoder.BlankPicture(pack.ImageTokens) : new ImageFeatures(picture.Features, picture.FeatureTokens, picture.FeatureWidth),
            MaxNewTokens = Tokens,
        };
        await foreach (var generated in decoder.GenerateAsync(request, cancellationToken))
        {
            _ = generated;
        }
    }
}
