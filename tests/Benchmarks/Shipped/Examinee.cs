using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Encoders;
using MultiModalMesh.Inference.Packs;
using NetVips;

namespace MultiModalMesh.Benchmarks.Shipped;

/// <summary>A pack that is asked about composed scenes, through the engine as it is served.</summary>
internal sealed class Examinee(LoadedPack pack)
{
    private const int AnswerTokens = 48;

    /// <summary>Milliseconds for the encoding of a picture that it has not seen.</summary>
    public Task<double> PictureAsync(Sample sample)
    {
        var file = Encode(sample);
        return Watch.MillisecondsAsync(() => pack.RequireVisionEncoder().EncodeAsync(file));
    }

    /// <summary>Milliseconds for the encoding of a text.</summary>
    public Task<double> TextAsync(string text) => Watch.MillisecondsAsync(() => pack.RequireTextEncoder().EncodeAsync(text));

    /// <summary>Milliseconds from the request for a description of a picture that is encoded already to its last token.</summary>
    public async Task<double> DescriptionAsync(Sample sample)
    {
        var request = Request(await SeeAsync(sample), [new ChatMessage(ChatRole.User, "Describe the picture.", Pictures: 1)]);
        return await Watch.MillisecondsAsync(() => AnswerAsync(request));
    }

    /// <summary>Questions of a scene that it answers word for word, each behind the right answers to those before.</summary>
    public async Task<int> RightAnswersAsync(Sample sample)
    {
        var right = 0;
        var picture = await SeeAsync(sample);
        for (var turn = 0; turn < sample.Turns.Count; turn++)
        {
            List<ChatMessage> messages = [];
            for (var i = 0; i <= turn; i++)
            {
                messages.Add(new ChatMessage(ChatRole.User, sample.Turns[i].Question, i == 0 ? 1 : 0));
                if (i < turn)
                {
                    messages.Add(new ChatMessage(ChatRole.Assistant, sample.Turns[i].Answer));
                }
            }

            right += await AnswerAsync(Request(picture, messages)) == sample.Turns[turn].Answer ? 1 : 0;
        }

        return right;
    }

    private async Task<ImageFeatures> SeeAsync(Sample sample)
    {
        var picture = await pack.RequireVisionEncoder().EncodeAsync(Encode(sample));
        return new ImageFeatures(picture.Features, picture.FeatureTokens, picture.FeatureWidth);
    }

    private GenerationRequest Request(ImageFeatures picture, IReadOnlyList<ChatMessage> messages) => new()
    {
        Prompt = pack.Pack.RequireChatPrompt().Build(messages, AnswerTokens).Tokens,
        Image = picture,
        MaxNewTokens = AnswerTokens,
    };

    private async Task<string> AnswerAsync(GenerationRequest request)
    {
        var text = "";
        await foreach (var generated in pack.RequireDecoder().GenerateAsync(request))
        {
            text += generated switch { GeneratedToken token => token.TextDelta, GenerationCompleted end => end.TextDelta, _ => "" };
        }

        return text.Trim();
    }

    private static byte[] Encode(Sample sample)
    {
        var side = (int)Math.Sqrt(sample.Pixels.Length / 3);
        using var image = Image.NewFromMemory(sample.Pixels, side, side, 3, Enums.BandFormat.Uchar);
        return image.PngsaveBuffer();
    }
}
