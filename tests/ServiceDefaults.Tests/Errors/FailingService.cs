using Grpc.Core;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.Vision.V1;

namespace MultiModalMesh.ServiceDefaults.Tests.Errors;

/// <summary>Methods of all four shapes that run what a test gives them.</summary>
internal sealed class Behaviour
{
    public Func<CancellationToken, Task> Run { get; set; } = _ => Task.CompletedTask;
}

internal sealed class FailingRetrieval(Behaviour behaviour) : RetrievalService.RetrievalServiceBase
{
    public override async Task<CreateCollectionResponse> CreateCollection(CreateCollectionRequest request, ServerCallContext context)
    {
        await behaviour.Run(context.CancellationToken);
        return new CreateCollectionResponse();
    }

    public override async Task<UpsertItemsResponse> UpsertItems(IAsyncStreamReader<UpsertItemsRequest> requestStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        await behaviour.Run(context.CancellationToken);
        return new UpsertItemsResponse();
    }

    public override async Task Search(SearchRequest request, IServerStreamWriter<SearchResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new SearchResponse(), context.CancellationToken);
        await behaviour.Run(context.CancellationToken);
    }
}

internal sealed class FailingVision(Behaviour behaviour) : VisionEncoderService.VisionEncoderServiceBase
{
    public override async Task EncodeImages(IAsyncStreamReader<EncodeImagesRequest> requestStream, IServerStreamWriter<EncodeImagesResponse> responseStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        await responseStream.WriteAsync(new EncodeImagesResponse(), context.CancellationToken);
        await behaviour.Run(context.CancellationToken);
    }
}
