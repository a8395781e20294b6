using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Errors;
using MultiModalMesh.Images;
using MultiModalMesh.Inference.Tests;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.ServiceDefaults.Tests;
using MultiModalMesh.Vision.V1;
using MultiModalMesh.VisionEncoder;

namespace MultiModalMesh.Roles.Tests.VisionEncoder;

public sealed class EncodeImagesTests : IAsyncLifetime
{
    private readonly TestPack _pack = TestPack.Towers();
    private RoleProcess _role = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _role = await RoleProcess.StartAsync(
        builder => builder.AddVisionEncoder(), app => app.MapVisionEncoder(), settings: new() { ["Models:Paths:0"] = _pack.Root });

    public async ValueTask DisposeAsync()
    {
        await _role.DisposeAsync();
        _pack.Dispose();
    }

    [Fact]
    public async Task Every_picture_is_answered_under_its_index_with_an_embedding_of_length_1()
    {
        var names = new[] { "baseline.jpg", "gray.png", "narrow.webp", "rgb.png", "rgba.png" };
        var answers = await EncodeAsync("", [.. names.Select((name, i) => Picture(100 + i, Fixtures.Image(name)))]);

        Assert.Equal([100, 101, 102, 103, 104], answers.Keys.Order());
        Assert.All(answers.Values, answer =>
        {
            Assert.Equal(32, answer.Encoding.Embedding.Count);
            Assert.Equal(1, answer.Encoding.Embedding.Sum(x => (double)x * x), 1e-5);
            Assert.Equal("towers@0.1.0", answer.Encoding.Model);
        });
        Assert.NotEqual(answers[100].Encoding.Embedding, answers[101].Encoding.Embedding);
    }

    [Fact]
    public async Task More_pictures_than_are_in_work_at_a_time_are_all_answered()
    {
        var answers = await EncodeAsync("towers", [.. Enumerable.Range(0, 100).Select(i => Picture(i, Fixtures.Image("rgb.png")))]);

        Assert.Equal(100, answers.Count);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_read_fails_alone()
    {
        var answers = await EncodeAsync("", [Picture(0, [1, 2, 3]), Picture(1, Fixtures.Image("rgb.png")), Picture(2, Fixtures.Image("rgb.png")[..200])]);

        Assert.Equal(ErrorReason.ImageFormatUnsupported.Code, answers[0].Error.Reason);
        Assert.NotEmpty(answers[0].Error.Message);
        Assert.Equal(EncodeImagesResponse.ResultOneofCase.Encoding, answers[1].ResultCase);
        Assert.Equal(ErrorReason.ImageUnreadable.Code, answers[2].Error.Reason);
    }

    [Fact]
    public async Task A_reference_means_the_stored_picture_of_its_tenant()
    {
        var stored = await _role.App.Services.GetRequiredService<IImageStore>().PutAsync("ours", Fixtures.Image("rgb.png").AsMemory(), Cancellation);

        var answers = await EncodeAsync("", [Picture(0, Fixtures.Image("rgb.png")), Reference(1, "ours", stored.Id), Reference(2, "theirs", stored.Id), Reference(3, "ours", "../passwd")]);

        Assert.Equal(answers[0].Encoding.Embedding, answers[1].Encoding.Embedding);
        Assert.Equal(ErrorReason.ImageNotFound.Code, answers[2].Error.Reason);
        Assert.Equal(ErrorReason.InvalidRequest.Code, answers[3].Error.Reason);
    }

    [Fact]
    public async Task Bulk_pictures_get_the_same_answers_as_interactive_ones()
    {
        var interactive = await EncodeAsync("", [Picture(0, Fixtures.Image("rgb.png"))]);

        var bulk = await EncodeAsync("", [Picture(0, Fixtures.Image("rgb.png"))], Priority.Bulk);

        Assert.Equal(interactive[0].Encoding.Embedding, bulk[0].Encoding.Embedding);
    }

    [Fact]
    public async Task An_unknown_model_is_told_what_there_is()
    {
        var error = (await Assert.ThrowsAsync<RpcException>(() => EncodeAsync("gpt-9", []))).ToMeshException();

        Assert.Equal(ErrorReason.ModelNotFound, error.Reason);
        Assert.Contains("towers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_does_not_begin_with_its_configuration_is_refused()
    {
        using var call = new VisionEncoderService.VisionEncoderServiceClient(_role.Channel).EncodeImages(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new EncodeImagesRequest { Image = Picture(0, [1]) }, Cancellation);

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));

        Assert.Equal((ErrorReason.InvalidRequest, "config"), (error.ToMeshException().Reason, error.ToMeshException().Field));
    }

    private async Task<Dictionary<int, EncodeImagesResponse>> EncodeAsync(string model, IReadOnlyList<ImageInput> images, Priority priority = Priority.Unspecified)
    {
        using var call = new VisionEncoderService.VisionEncoderServiceClient(_role.Channel).EncodeImages(cancellationToken: Cancellation);
        var answers = new Dictionary<int, EncodeImagesResponse>();
        var reading = Task.Run(
            async () =>
            {
                await foreach (var answer in call.ResponseStream.ReadAllAsync(Cancellation))
                {
                    answers.Add(answer.Index, answer);
                }
            },
            Cancellation);
        await call.RequestStream.WriteAsync(new EncodeImagesRequest { Config = new EncodeImagesConfig { Model = model, Priority = priority } }, Cancellation);
        foreach (var image in images)
        {
            await call.RequestStream.WriteAsync(new EncodeImagesRequest { Image = image }, Cancellation);
        }

        await call.RequestStream.CompleteAsync();
        await reading;
        return answers;
    }

    private static ImageInput Picture(int index, byte[] bytes) => new() { Index = index, Data = ByteString.CopyFrom(bytes) };

    private static ImageInput Reference(int index, string tenant, string id) => new() { Index = index, Reference = new ImageReference { Tenant = tenant, ImageId = id } };
}
