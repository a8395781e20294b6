using Grpc.Core;
using MultiModalMesh.Benchmarks.Baselines;
using MultiModalMesh.Benchmarks.Hosting;
using MultiModalMesh.Benchmarks.Pictures;
using MultiModalMesh.Vision.V1;
using MultiModalMesh.VisionEncoder;

namespace MultiModalMesh.Benchmarks.Encoders;

/// <summary>The vision encoder role with its client, and the bare loop on the same file.</summary>
internal sealed class VisionSetup : IAsyncDisposable
{
    private readonly LoopbackRole _role;
    private readonly VisionEncoderService.VisionEncoderServiceClient _client;

    private VisionSetup(LoopbackRole role)
    {
        _role = role;
        _client = new(role.Channel);
        Bare = new BareVision(role.Pack.Pack, Bench.Threads);
    }

    public BareVision Bare { get; }

    /// <summary>Pictures of the size that data sets of photographs have.</summary>
    public PictureSupply Pictures { get; } = new(640, 480);

    public static async Task<VisionSetup> StartAsync(Bench bench) =>
        new(await LoopbackRole.StartAsync(bench.Packs.Clip, builder => builder.AddVisionEncoder(), app => app.MapVisionEncoder()));

    /// <summary>One call for one picture.</summary>
    public async Task EncodeAsync(byte[] picture)
    {
        using var call = _client.EncodeImages();
        await call.RequestStream.WriteAsync(new EncodeImagesRequest { Config = new EncodeImagesConfig() });
        await call.RequestStream.WriteAsync(new EncodeImagesRequest { Image = new ImageInput { Data = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(picture) } });
        await call.RequestStream.CompleteAsync();
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            if (response.ResultCase != EncodeImagesResponse.ResultOneofCase.Encoding)
            {
                throw new InvalidOperationException($"A picture was not encoded: {response.Error.Message}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Bare.Dispose();
        await _role.DisposeAsync();
    }
}
