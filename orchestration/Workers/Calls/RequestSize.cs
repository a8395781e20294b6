using MultiModalMesh.Decoder.V1;

namespace MultiModalMesh.Workers.Calls;

/// <summary>About how many tokens, prompt and answer, a decoder has to do; the exact number takes the model's tokenizer.</summary>
internal static class RequestSize
{
    private const int CharactersPerToken = 4;
    private const int TokensPerPicture = 64;
    private const int UsualAnswer = 256;

    public static int Of(GenerateRequest request)
    {
        var prompt = request.Messages.Sum(message => (message.Text.Length / CharactersPerToken) + (message.Images.Count * TokensPerPicture));
        return prompt + Math.Max(1, request.MaxNewTokens > 0 ? request.MaxNewTokens : UsualAnswer);
    }
}
