using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MultiModalMesh.Assistant.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Dialogues;
using MultiModalMesh.Gateway.Images;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Gateway.Assistant;

/// <summary>The assistant over gRPC: the same dialogues as /api, in protobuf.</summary>
internal sealed class AssistantEdge(DialogueDesk dialogues, ImageLibrary images) : AssistantService.AssistantServiceBase
{
    public override async Task<UploadImageResponse> UploadImage(IAsyncStreamReader<UploadImageRequest> requestStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.PayloadCase != UploadImageRequest.PayloadOneofCase.Config)
        {
            throw Refuse("config", "The first message must be the configuration.");
        }

        var size = requestStream.Current.Config.SizeBytes;
        await using var file = new ChunkStream(requestStream);
        var image = await images.StoreAsync(CallerOf(context), file, size > 0 ? size : null, context.CancellationToken);
        return new UploadImageResponse { ImageId = image.Id, Width = image.Width, Height = image.Height, MediaType = image.MediaType };
    }

    public override async Task<PostTurnResponse> PostTurn(PostTurnRequest request, ServerCallContext context)
    {
        var command = new PostTurnCommand
        {
            RequestId = request.RequestId,
            Text = request.Text,
            ImageIds = [.. request.ImageIds],
            Skill = (Grains.Dialogues.Skill)request.Skill,
            Options = AssistantMessages.FromProto(request.Options),
        };
        var turn = await dialogues.PostTurnAsync(CallerOf(context), request.DialogueId, command, context.CancellationToken);
        return new PostTurnResponse { Turn = AssistantMessages.ToProto(turn) };
    }

    public override async Task WatchTurn(WatchTurnRequest request, IServerStreamWriter<WatchTurnResponse> responseStream, ServerCallContext context)
    {
        if (request.AfterSequence < 0)
        {
            throw Refuse("after_sequence", $"after_sequence is {request.AfterSequence}, but must be 0 or greater.");
        }

        await foreach (var item in dialogues.WatchTurnAsync(CallerOf(context), request.DialogueId, request.TurnId, request.AfterSequence, context.CancellationToken))
        {
            var response = new WatchTurnResponse { Sequence = item.Sequence };
            if (item.Ended is { } ended)
            {
                response.Ended = AssistantMessages.ToProto(ended);
            }
            else
            {
                response.TextDelta = item.TextDelta;
            }

            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    public override async Task<CancelTurnResponse> CancelTurn(CancelTurnRequest request, ServerCallContext context) => new()
    {
        Turn = AssistantMessages.ToProto(await dialogues.CancelTurnAsync(CallerOf(context), request.DialogueId, request.TurnId, context.CancellationToken)),
    };

    public override async Task<GetDialogueResponse> GetDialogue(GetDialogueRequest request, ServerCallContext context) => new()
    {
        Dialogue = AssistantMessages.ToProto(await dialogues.GetAsync(CallerOf(context), request.DialogueId, context.CancellationToken)),
    };

    public override async Task<ListDialoguesResponse> ListDialogues(ListDialoguesRequest request, ServerCallContext context)
    {
        var page = await dialogues.ListAsync(CallerOf(context), request.PageSize, request.PageToken, context.CancellationToken);
        return new ListDialoguesResponse
        {
            Dialogues =
            {
                page.Dialogues.Select(dialogue => new Dialogue
                {
                    DialogueId = dialogue.DialogueId,
                    Title = dialogue.Title,
                    CreateTime = dialogue.CreatedAt.ToTimestamp(),
                    UpdateTime = dialogue.UpdatedAt.ToTimestamp(),
                    TurnCount = dialogue.TurnCount,
                }),
            },
            NextPageToken = page.NextPageToken,
        };
    }

    public override async Task<DeleteDialogueResponse> DeleteDialogue(DeleteDialogueRequest request, ServerCallContext context)
    {
        await dialogues.DeleteAsync(CallerOf(context), request.DialogueId, context.CancellationToken);
        return new DeleteDialogueResponse();
    }

    private static Caller CallerOf(ServerCallContext context) => context.GetHttpContext().Caller();

    private static MeshException Refuse(string field, string message) => new(ErrorReason.InvalidRequest, message) { Field = field };
}
