using Google.Protobuf;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Decoder;

/// <summary>The engine's events as the contract spells them.</summary>
internal static class ResponseMapping
{
    public static GenerateResponse ToMessage(GenerationEvent generated, ModelPack pack) => generated switch
    {
        Inference.Decoding.PromptAccepted prompt => new GenerateResponse
        {
            Prompt = new V1.PromptAccepted { Model = pack.Id, PromptTokens = prompt.PromptTokens, CachedTokens = prompt.CachedTokens },
        },
        GeneratedToken token => new GenerateResponse { Token = ToMessage(token, pack) },
        GenerationCompleted completed => new GenerateResponse { Completed = ToMessage(completed, pack) },
        _ => throw new InvalidOperationException($"The contract has no word for '{generated.GetType().Name}'."),
    };

    private static Completed ToMessage(GenerationCompleted generated, ModelPack pack)
    {
        var completed = new Completed
        {
            FinishReason = ToMessage(generated.Reason),
            TextDelta = generated.TextDelta,
            Usage = new Usage
            {
                PromptTokens = generated.Usage.PromptTokens,
                CachedTokens = generated.Usage.CachedTokens,
                CompletionTokens = generated.Usage.CompletionTokens,
            },
        };
        if (generated.Confidence is { } confidence)
        {
            completed.Confidence = confidence;
            completed.Uncertain = confidence < pack.Calibration!.Threshold;
        }

        return completed;
    }

    private static Token ToMessage(GeneratedToken generated, ModelPack pack)
    {
        var token = new Token { Index = generated.Index, TokenId = generated.Id, TextDelta = generated.TextDelta };
        if (generated.LogProbability is { } logProbability)
        {
            var spelling = TokenSpelling.Of(pack.Tokenizer, generated.Id);
            token.LogProbability = logProbability;
            token.Text = spelling.Text;
            token.TextBytes = ByteString.CopyFrom(spelling.Bytes);
            foreach (var (id, alternative) in generated.Alternatives)
            {
                var (text, bytes) = TokenSpelling.Of(pack.Tokenizer, id);
                token.Alternatives.Add(new V1.TokenLogProbability { TokenId = id, LogProbability = alternative, Text = text, TextBytes = ByteString.CopyFrom(bytes) });
            }
        }

        return token;
    }

    private static V1.FinishReason ToMessage(Inference.Decoding.FinishReason reason) => reason switch
    {
        Inference.Decoding.FinishReason.Stop => V1.FinishReason.Stop,
        Inference.Decoding.FinishReason.StopSequence => V1.FinishReason.StopSequence,
        _ => V1.FinishReason.Length,
    };
}
