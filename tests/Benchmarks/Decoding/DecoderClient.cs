using System.Diagnostics;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Benchmarks.Hosting;
using MultiModalMesh.Decoder;
using MultiModalMesh.Decoder.Conversations;
using MultiModalMesh.Decoder.Pictures;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Decoding;

/// <summary>The decoder role with its client.</summary>
internal sealed class DecoderClient : IAsyncDisposable
{
    private readonly LoopbackRole _role;
    private readonly DecoderService.DecoderServiceClient _client;

    private DecoderClient(LoopbackRole role)
    {
        _role = role;
        _client = new(role.Channel);
    }

    public LoadedPack Pack => _role.Pack;

    public static async Task<DecoderClient> StartAsync(string pack, params (string Key, string Value)[] settings) => new(await LoopbackRole.StartAsync(
        pack,
        builder =>
        {
            builder.Services.AddSingleton<IFeatureSource, NoPictures>();
            builder.AddDecoder();
        },
        app => app.MapDecoder(),
        settings));

    /// <summary>Asks a question; a refusal as overloaded is an answer too.</summary>
    /// <param name="seen">Called at every token.</param>
    /// <returns>Milliseconds to the first token, or to the refusal.</returns>
    public async Task<(double Milliseconds, bool Refused)> AskAsync(string question, int count, Action? seen = null)
    {
        var request = new GenerateRequest { Messages = { new Message { Role = Message.Types.Role.User, Text = question } }, MaxNewTokens = count };
        var start = Stopwatch.GetTimestamp();
        var first = 0.0;
        try
        {
            using var call = _client.Generate(request);
            await foreach (var response in call.ResponseStream.ReadAllAsync())
            {
                if (response.EventCase == GenerateResponse.EventOneofCase.Token)
                {
                    first = first == 0 ? Stopwatch.GetElapsedTime(start).TotalMilliseconds : first;
                    seen?.Invoke();
                }
            }

            return (first, false);
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.ResourceExhausted)
        {
            return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, true);
        }
    }

    public ValueTask DisposeAsync() => _role.DisposeAsync();

    private sealed class NoPictures : IFeatureSource
    {
        public Task<IReadOnlyList<ImageFeatures>> EncodeAsync(ModelPack pack, IReadOnlyList<ConversationPicture> pictures, GenerationPriority priority, CancellationToken cancellationToken) =>
            throw new MeshException(ErrorReason.CapabilityMissing, "The benchmark's decoder reads no pictures.");
    }
}
