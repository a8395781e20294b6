using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using MultiModalMesh.Assistant.V1;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.FunctionalTests.Dialogues;

namespace MultiModalMesh.FunctionalTests.Edge;

/// <summary>The assistant over gRPC, as another service would call it.</summary>
public sealed class GrpcTests(MeshFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_turn_is_posted_watched_and_read_back()
    {
        using var channel = GrpcChannel.ForAddress(fixture.Mesh.Grpc);
        var assistant = new AssistantService.AssistantServiceClient(channel);
        var sample = Scenes.Get(160);

        using var upload = assistant.UploadImage(cancellationToken: Cancellation);
        await upload.RequestStream.WriteAsync(new UploadImageRequest { Config = new UploadImageConfig() }, Cancellation);
        foreach (var chunk in sample.Png().Chunk(1000))
        {
            await upload.RequestStream.WriteAsync(new UploadImageRequest { Chunk = ByteString.CopyFrom(chunk) }, Cancellation);
        }

        await upload.RequestStream.CompleteAsync();
        var image = await upload.ResponseAsync;
        Assert.Equal((96, 96, "image/png"), (image.Width, image.Height, image.MediaType));

        var posted = await assistant.PostTurnAsync(
            new PostTurnRequest { DialogueId = "grpc", RequestId = "1", Text = "What colour is the background?", ImageIds = { image.ImageId } },
            cancellationToken: Cancellation);
        using var watch = assistant.WatchTurn(new WatchTurnRequest { DialogueId = "grpc", TurnId = posted.Turn.TurnId }, cancellationToken: Cancellation);
        var text = "";
        Turn? ended = null;
        var sequence = 0;
        await foreach (var message in watch.ResponseStream.ReadAllAsync(Cancellation))
        {
            Assert.Equal(++sequence, message.Sequence);
            text += message.TextDelta;
            ended = message.Ended ?? ended;
        }

        Assert.Equal(Colours.Names[sample.Scene.Background], text.Trim().TrimEnd('.').ToLowerInvariant());
        Assert.Equal(TurnState.Done, ended!.State);
        Assert.Equal(text, ended.Answer);
        var dialogue = await assistant.GetDialogueAsync(new GetDialogueRequest { DialogueId = "grpc" }, cancellationToken: Cancellation);
        Assert.Equal(text, Assert.Single(dialogue.Dialogue.Turns).Answer);
    }

    [Fact]
    public async Task A_turn_is_answered_in_the_format_that_it_asks_for()
    {
        using var channel = GrpcChannel.ForAddress(fixture.Mesh.Grpc);
        var assistant = new AssistantService.AssistantServiceClient(channel);
        async Task<string> AskAsync(string id, AnswerFormat format)
        {
            var posted = await assistant.PostTurnAsync(
                new PostTurnRequest { DialogueId = "grpc-format", RequestId = id, Text = "Hello", Options = new TurnOptions { Format = format } }, cancellationToken: Cancellation);
            using var watch = assistant.WatchTurn(new WatchTurnRequest { DialogueId = "grpc-format", TurnId = posted.Turn.TurnId }, cancellationToken: Cancellation);
            return (await watch.ResponseStream.ReadAllAsync(Cancellation).LastAsync(Cancellation)).Ended.Answer;
        }

        Assert.Contains(await AskAsync("1", new AnswerFormat { Choices = new Choices { Texts = { "left", "right" } } }), (string[])["left", "right"]);
        Assert.Equal("null", await AskAsync("2", new AnswerFormat { JsonSchema = """{"type":"null"}""" }));
        var failure = await Assert.ThrowsAsync<RpcException>(() => AskAsync("3", new AnswerFormat()));
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
    }

    [Fact]
    public async Task An_unknown_dialogue_is_NOT_FOUND_with_its_reason()
    {
        using var channel = GrpcChannel.ForAddress(fixture.Mesh.Grpc);
        var assistant = new AssistantService.AssistantServiceClient(channel);

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await assistant.GetDialogueAsync(new GetDialogueRequest { DialogueId = "never" }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Equal("DIALOGUE_NOT_FOUND", failure.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason);
    }
}
