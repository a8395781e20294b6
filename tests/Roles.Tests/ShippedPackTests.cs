using System.Diagnostics;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Decoder;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Images;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Tests;
using MultiModalMesh.ServiceDefaults.Tests;
using MultiModalMesh.Silo;
using MultiModalMesh.Vision.V1;
using MultiModalMesh.VisionEncoder;
using MultiModalMesh.Workers;
using OpenTelemetry.Trace;
using Role = MultiModalMesh.Decoder.V1.Message.Types.Role;

namespace MultiModalMesh.Roles.Tests;

/// <summary>The pack that ships, through the whole way: decoder, router, vision encoder, and back.</summary>
public sealed class ShippedPackTests
{
    private static readonly string Models = Path.Combine(AppContext.BaseDirectory, "models");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_through_the_mesh_is_that_of_the_pack_and_one_trace()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Models, "picto", "pack.json")), "The shipped pack is not beside the tests.");
        List<Activity> spans = [];
        await using var mesh = await RoleProcess.StartAsync(
            builder =>
            {
                builder.AddSilo();
                builder.AddVisionEncoder();
                builder.AddDecoder();
                builder.AddWorker();
                builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddInMemoryExporter(spans));
            },
            app =>
            {
                app.MapVisionEncoder();
                app.MapDecoder();
            },
            settings: new() { ["Cluster:SiloPort"] = "0", ["Cluster:GatewayPort"] = "0", ["Models:Paths:0"] = Models });
        var picture = Fixtures.Image("rgb.png");
        var stored = await mesh.App.Services.GetRequiredService<IImageStore>().PutAsync("default", picture.AsMemory(), Cancellation);

        // No text: the pack's own question.
        var described = await GenerateAsync(mesh, new Message { Role = Role.User, Images = { new ImageReference { Tenant = "default", ImageId = stored.Id } } });

        Assert.Equal(await DescribeAsync(picture), described);
        Assert.NotEmpty(described);
        mesh.App.Services.GetRequiredService<TracerProvider>().ForceFlush();
        var chat = Assert.Single(spans, span => span.DisplayName == "chat picto");
        var embeddings = Assert.Single(spans, span => span.DisplayName == "embeddings picto");
        Assert.Equal(chat.TraceId, embeddings.TraceId);
    }

    private static async Task<string> GenerateAsync(RoleProcess mesh, Message message)
    {
        using var call = new DecoderService.DecoderServiceClient(mesh.Channel).Generate(new GenerateRequest { Messages = { message } }, cancellationToken: Cancellation);
        var answer = "";
        await foreach (var response in call.ResponseStream.ReadAllAsync(Cancellation))
        {
            answer += response.Token?.TextDelta + response.Completed?.TextDelta;
        }

        return answer;
    }

    private static async Task<string> DescribeAsync(byte[] picture)
    {
        using var catalog = PackCatalog.Load([Models], PackParts.Vision | PackParts.Decoder, new InferenceOptions());
        var picto = catalog.Get("picto");
        var seen = await picto.RequireVisionEncoder().EncodeAsync(picture, Cancellation);
        var layout = picto.Pack.ChatPrompt!.Build([new ChatMessage(ChatRole.User, "Describe the picture.", 1)], picto.Pack.DefaultMaxNewTokens);
        var answer = "";
        await foreach (var generated in picto.RequireDecoder().GenerateAsync(
            new GenerationRequest
            {
                Prompt = layout.Tokens,
                Image = new ImageFeatures(seen.Features, seen.FeatureTokens, seen.FeatureWidth),
                MaxNewTokens = picto.Pack.DefaultMaxNewTokens,
            },
            Cancellation))
        {
            answer += (generated as GeneratedToken)?.TextDelta + (generated as GenerationCompleted)?.TextDelta;
        }

        return answer;
    }
}
