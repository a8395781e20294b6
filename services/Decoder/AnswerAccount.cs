using System.Diagnostics;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.ModelHosting.Telemetry;
using MultiModalMesh.ServiceDefaults.Telemetry;

namespace MultiModalMesh.Decoder;

/// <summary>Measures one answer: its span, the times of its tokens, their counts.</summary>
internal sealed class AnswerAccount(Activity? span, ModelInstruments instruments, string operation, ModelPack pack, long arrival)
{
    private long _firstToken;
    private long _lastToken;
    private int _tokens;

    public void Asked(GenerateRequest request)
    {
        if (span is not { IsAllDataRequested: true })
        {
            return;
        }

        span.SetTag(GenAiNames.ResponseModel, pack.Id);
        span.SetTag(GenAiNames.RequestMaxTokens, request.MaxNewTokens == 0 ? pack.DefaultMaxNewTokens : request.MaxNewTokens);
        span.SetTag(GenAiNames.RequestTemperature, request.Sampling?.Temperature ?? 0);
        span.SetTag(GenAiNames.RequestTopP, request.Sampling is { TopP: > 0 } sampling ? sampling.TopP : 1);
        span.SetTag(GenAiNames.RequestSeed, request.Sampling?.Seed ?? 0);
        if (request.CacheKey.Length > 0)
        {
            span.SetTag(GenAiNames.ConversationId, request.CacheKey);
        }
    }

    public void Observe(GenerationEvent generated)
    {
        if (generated is GeneratedToken)
        {
            _lastToken = Stopwatch.GetTimestamp();
            if (_tokens++ == 0)
            {
                _firstToken = _lastToken;
                instruments.FirstToken(operation, pack.Name, Stopwatch.GetElapsedTime(arrival, _firstToken));
            }
        }
        else if (generated is GenerationCompleted completed)
        {
            instruments.Tokens(operation, pack.Name, "input", completed.Usage.PromptTokens);
            instruments.Tokens(operation, pack.Name, "cached", completed.Usage.CachedTokens);
            instruments.Tokens(operation, pack.Name, "output", completed.Usage.CompletionTokens);
            span?.SetTag(GenAiNames.UsageInputTokens, completed.Usage.PromptTokens);
            span?.SetTag(GenAiNames.UsageOutputTokens, completed.Usage.CompletionTokens);
            span?.SetTag(GenAiNames.ResponseFinishReasons, new[] { completed.Reason == Inference.Decoding.FinishReason.Length ? "length" : "stop" });
        }
    }

    public void Answered()
    {
        instruments.Answered(operation, pack.Name, Stopwatch.GetElapsedTime(arrival));
        if (_tokens > 1)
        {
            instruments.FurtherTokens(operation, pack.Name, Stopwatch.GetElapsedTime(_firstToken, _lastToken) / (_tokens - 1));
        }
    }

    public void Failed(Exception error) =>
        instruments.Answered(operation, pack.Name, Stopwatch.GetElapsedTime(arrival), ModelInstruments.Fail(span, error));
}
