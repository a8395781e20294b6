using Grpc.Core;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Benchmarks.Orchestration;

/// <summary>A worker without a model: what a turn takes with it is the mesh's own.</summary>
internal sealed class AnswerAtOnce : IWorkerOfferSource
{
    public const string Model = "at-once";

    public IReadOnlyList<WorkerOffer> Offers { get; } = [new WorkerOffer(Model, "1", [Capabilities.Chat], 0)];

    public WorkerLoad Load => default;
}

/// <summary>Streams a handful of tokens as fast as gRPC takes them.</summary>
internal sealed class AtOnceDecoder : DecoderService.DecoderServiceBase
{
    public const int Tokens = 8;

    public override async Task Generate(GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        var ended = context.CancellationToken;
        await responseStream.WriteAsync(new GenerateResponse { Prompt = new PromptAccepted { Model = $"{AnswerAtOnce.Model}@1", PromptTokens = request.Messages.Count } }, ended);
        for (var i = request.PrefixTokenIds.Count; i < Tokens; i++)
        {
            await responseStream.WriteAsync(new GenerateResponse { Token = new Token { Index = i, TokenId = i, TextDelta = $"word{i} " } }, ended);
        }

        var usage = new Usage { PromptTokens = request.Messages.Count, CompletionTokens = Tokens };
        await responseStream.WriteAsync(new GenerateResponse { Completed = new Completed { FinishReason = FinishReason.Stop, Usage = usage } }, ended);
    }
}
