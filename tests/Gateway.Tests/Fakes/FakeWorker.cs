using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.Text.V1;
using MultiModalMesh.Tokenization.V1;
using MultiModalMesh.Vision.V1;

namespace MultiModalMesh.Gateway.Tests.Fakes;

/// <summary>What the fake worker's services do and have seen.</summary>
public sealed class FakeWorker
{
    public ConcurrentQueue<GenerateRequest> Generated { get; } = new();

    public ConcurrentQueue<Item> Items { get; } = new();

    /// <summary>The configurations of the encoders' streams.</summary>
    public ConcurrentQueue<IMessage> Encodings { get; } = new();

    /// <summary>The tokens of every answer.</summary>
    public IReadOnlyList<string> Answer { get; set; } = ["Two", " red", " cups"];

    /// <summary>After how many tokens the first answer breaks off, as if its process died; -1 for never.</summary>
    public int BreaksAfter { get; set; } = -1;

    /// <summary>Set: the answer waits behind its first token until the call is cancelled, and this completes.</summary>
    public TaskCompletionSource? Cancelled { get; set; }

    public MeshException? Failure { get; set; }
}

public sealed class FakeDecoder(FakeWorker worker) : DecoderService.DecoderServiceBase
{
    public override async Task Generate(GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        worker.Generated.Enqueue(request);
        if (worker.Failure is { } failure)
        {
            throw failure.ToRpcException();
        }

        await responseStream.WriteAsync(new GenerateResponse { Prompt = new PromptAccepted { Model = "tiny@1", PromptTokens = 20, CachedTokens = 5 } });
        for (var i = request.PrefixTokenIds.Count; i < worker.Answer.Count; i++)
        {
            if (i == worker.BreaksAfter && worker.Generated.Count == 1)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "The worker was killed by the test."));
            }

            await responseStream.WriteAsync(new GenerateResponse { Token = TokenOf(request, i) });
            if (worker.Cancelled is { } cancelled)
            {
                var waiting = new TaskCompletionSource();
                await using var registration = context.CancellationToken.Register(() => waiting.TrySetResult());
                await waiting.Task;
                cancelled.TrySetResult();
                return;
            }
        }

        await responseStream.WriteAsync(new GenerateResponse
        {
            Completed = new Completed { FinishReason = FinishReason.Stop, TextDelta = ".", Usage = new Usage { PromptTokens = 20, CachedTokens = 5, CompletionTokens = worker.Answer.Count } },
        });
    }

    private Token TokenOf(GenerateRequest request, int index)
    {
        var text = worker.Answer[index];
        var token = new Token { Index = index, TokenId = index, TextDelta = text };
        if (request.HasLogProbabilities)
        {
            token.LogProbability = -0.5f;
            token.Text = text;
            token.TextBytes = ByteString.CopyFromUtf8(text);
            token.Alternatives.AddRange(Enumerable.Range(0, request.LogProbabilities).Select(
                i => new TokenLogProbability { TokenId = 7 + i, Text = $"t{i}", TextBytes = ByteString.CopyFromUtf8($"t{i}"), LogProbability = i == 0 ? -0.25f : float.NegativeInfinity }));
        }

        return token;
    }
}

/// <summary>A tokenizer with one token a character.</summary>
public sealed class FakeTokenization : TokenizationService.TokenizationServiceBase
{
    public override Task<TokenizeResponse> Tokenize(TokenizeRequest request, ServerCallContext context) =>
        Task.FromResult(new TokenizeResponse { Ids = { request.Text.Select(c => (int)c).Prepend(request.AddSpecialTokens ? 1 : 0) }, Model = $"{request.Model}@1" });

    public override Task<DetokenizeResponse> Detokenize(DetokenizeRequest request, ServerCallContext context) => request.Ids.Contains(99_999)
        ? throw new MeshException(ErrorReason.InvalidRequest, "There is no token 99999.") { Field = "ids[0]" }.ToRpcException()
        : Task.FromResult(new DetokenizeResponse { Text = string.Concat(request.Ids.Select(id => (char)id)), Model = $"{request.Model}@1" });
}

public sealed class FakeTextEncoder(FakeWorker worker) : TextEncoderService.TextEncoderServiceBase
{
    public override async Task EncodeTexts(IAsyncStreamReader<EncodeTextsRequest> requestStream, IServerStreamWriter<EncodeTextsResponse> responseStream, ServerCallContext context)
    {
        var texts = new Stack<TextInput>();
        await foreach (var request in requestStream.ReadAllAsync())
        {
            if (request.Config is { } config)
            {
                worker.Encodings.Enqueue(config);
            }

            if (request.Text is { } text)
            {
                texts.Push(text);
            }
        }

        // Backwards, because the order of answers is not promised.
        foreach (var text in texts)
        {
            await responseStream.WriteAsync(new EncodeTextsResponse { Index = text.Index, Embedding = { text.Text.Length, 0.5f, 0 }, TokenCount = text.Text.Split(' ').Length, Model = "tiny@1" });
        }
    }
}

public sealed class FakeVisionEncoder(FakeWorker worker) : VisionEncoderService.VisionEncoderServiceBase
{
    public override async Task EncodeImages(IAsyncStreamReader<EncodeImagesRequest> requestStream, IServerStreamWriter<EncodeImagesResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync())
        {
            if (request.Config is { } config)
            {
                worker.Encodings.Enqueue(config);
            }

            if (request.Image is { } image)
            {
                await responseStream.WriteAsync(new EncodeImagesResponse { Index = image.Index, Encoding = new ImageEncoding { Embedding = { 0, 0, 1 }, Model = "tiny@1" } });
            }
        }
    }
}

public sealed class FakeRetrieval(FakeWorker worker) : RetrievalService.RetrievalServiceBase
{
    private static readonly ConcurrentDictionary<(FakeWorker, string Tenant, string Name), Collection> Collections = new();

    public override Task<CreateCollectionResponse> CreateCollection(CreateCollectionRequest request, ServerCallContext context) =>
        Task.FromResult(new CreateCollectionResponse
        {
            Collection = Collections.GetOrAdd(
                (worker, request.Name.Tenant, request.Name.Collection),
                _ => new Collection { Name = request.Name, Dimensions = request.Dimensions, Model = request.Model, CreateTime = new Timestamp() }),
        });

    public override Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListCollectionsResponse { Collections = { Collections.Where(c => c.Key.Item1 == worker && c.Key.Tenant == request.Tenant).Select(c => c.Value) } });

    public override Task<DeleteCollectionResponse> DeleteCollection(DeleteCollectionRequest request, ServerCallContext context)
    {
        Collections.TryRemove((worker, request.Name.Tenant, request.Name.Collection), out _);
        return Task.FromResult(new DeleteCollectionResponse());
    }

    public override async Task<UpsertItemsResponse> UpsertItems(IAsyncStreamReader<UpsertItemsRequest> requestStream, ServerCallContext context)
    {
        var count = 0;
        await foreach (var request in requestStream.ReadAllAsync())
        {
            if (request.Item is { } item)
            {
                worker.Items.Enqueue(item);
                count++;
            }
        }

        return new UpsertItemsResponse { UpsertedCount = count };
    }

    public override async Task Search(SearchRequest request, IServerStreamWriter<SearchResponse> responseStream, ServerCallContext context)
    {
        foreach (var item in worker.Items.Where(item => item.Vector.SequenceEqual(request.Vector)).Take(request.Limit))
        {
            await responseStream.WriteAsync(new SearchResponse { Id = item.Id, Score = 1, Payload = item.Payload });
        }
    }
}
