using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.Text.V1;
using MultiModalMesh.Vision.V1;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Grains.Tests;

/// <summary>What the fake services do and what they were asked. Every answer follows from the prompt and the seed, as a real decoder's does.</summary>
public sealed class FakeWorker : IWorkerOfferSource
{
    public int Tokens { get; set; } = 8;

    public IReadOnlyList<WorkerOffer> Offers { get; set; } =
        [new WorkerOffer("tiny", "1", [Capabilities.Chat, Capabilities.ImageEmbedding, Capabilities.TextEmbedding], 2), new WorkerOffer("", "", [Capabilities.Retrieval], 0)];

    public WorkerLoad Load => default;

    public ConcurrentQueue<GenerateRequest> Asked { get; } = new();

    /// <summary>Runs before each token is sent; may wait or throw.</summary>
    public Func<GenerateRequest, int, CancellationToken, Task> BeforeToken { get; set; } = (_, _, _) => Task.CompletedTask;

    public IReadOnlyList<SearchResponse> Hits { get; set; } = [];

    public SearchRequest? Searched { get; set; }

    /// <summary>Asked for the pictures that items of collections use; may throw.</summary>
    public Func<FindUsedImagesRequest, IEnumerable<string>> UsedImages { get; set; } = _ => [];

    /// <summary>Every fifth token has no text, like half a character; so numbers of tokens and of events differ.</summary>
    public static string TextOf(GenerateRequest request, int index) => index % 5 == 4 ? "" : $"{request.Messages[^1].Text}{index}s{request.Sampling.Seed} ";

    public string WholeText(GenerateRequest request) => string.Concat(Enumerable.Range(0, Tokens).Select(i => TextOf(request, i))) + ".";
}

public sealed class FakeDecoder(FakeWorker worker) : DecoderService.DecoderServiceBase
{
    public override async Task Generate(GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        worker.Asked.Enqueue(request);
        var token = context.CancellationToken;
        await responseStream.WriteAsync(new GenerateResponse { Prompt = new PromptAccepted { Model = "tiny@1", PromptTokens = request.Messages.Count } }, token);
        for (var i = request.PrefixTokenIds.Count; i < worker.Tokens; i++)
        {
            await worker.BeforeToken(request, i, token);
            await responseStream.WriteAsync(new GenerateResponse { Token = new Token { Index = i, TokenId = 1000 + i, TextDelta = FakeWorker.TextOf(request, i) } }, token);
        }

        await responseStream.WriteAsync(
            new GenerateResponse
            {
                Completed = new Completed
                {
                    FinishReason = FinishReason.Stop,
                    TextDelta = ".",
                    Usage = new Usage { PromptTokens = request.Messages.Count, CompletionTokens = worker.Tokens },
                },
            },
            token);
    }
}

public sealed class FakeTextEncoder : TextEncoderService.TextEncoderServiceBase
{
    public override async Task EncodeTexts(IAsyncStreamReader<EncodeTextsRequest> requestStream, IServerStreamWriter<EncodeTextsResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (request.Text is { } text)
            {
                await responseStream.WriteAsync(new EncodeTextsResponse { Index = text.Index, Embedding = { 0, 1 } }, context.CancellationToken);
            }
        }
    }
}

public sealed class FakeVisionEncoder : VisionEncoderService.VisionEncoderServiceBase
{
    public override async Task EncodeImages(IAsyncStreamReader<EncodeImagesRequest> requestStream, IServerStreamWriter<EncodeImagesResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (request.Image is { } image)
            {
                await responseStream.WriteAsync(
                    image.Reference.ImageId == "img_missing"
                        ? new EncodeImagesResponse { Index = image.Index, Error = new ImageError { Reason = ErrorReason.ImageNotFound.Code, Message = "no such picture" } }
                        : new EncodeImagesResponse { Index = image.Index, Encoding = new ImageEncoding { Embedding = { 1, 0 } } },
                    context.CancellationToken);
            }
        }
    }
}

public sealed class FakeRetrieval(FakeWorker worker) : RetrievalService.RetrievalServiceBase
{
    public override Task<FindUsedImagesResponse> FindUsedImages(FindUsedImagesRequest request, ServerCallContext context) =>
        Task.FromResult(new FindUsedImagesResponse { ImageIds = { worker.UsedImages(request) } });

    public override async Task Search(SearchRequest request, IServerStreamWriter<SearchResponse> responseStream, ServerCallContext context)
    {
        worker.Searched = request;
        foreach (var hit in worker.Hits)
        {
            await responseStream.WriteAsync(hit, context.CancellationToken);
        }
    }

    public static Struct Payload(string key, string value) => new() { Fields = { [key] = Value.ForString(value) } };
}
