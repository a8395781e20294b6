using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Workers.Tests.Calls;

/// <summary>Says the same ten words to everybody, and fails as told.</summary>
public sealed class ScriptedDecoder : DecoderService.DecoderServiceBase
{
    public const int Tokens = 10;

    public ConcurrentQueue<GenerateRequest> Asked { get; } = new();

    /// <summary>By model: refuses with this.</summary>
    public ConcurrentDictionary<string, MeshException> Fails { get; } = new();

    /// <summary>By model: breaks off instead of giving the token with that index.</summary>
    public ConcurrentDictionary<string, int> DiesBefore { get; } = new();

    public Func<CancellationToken, Task> BeforeToken { get; set; } = _ => Task.CompletedTask;

    public static string TextOf(int index) => $"w{index} ";

    public static Func<WorkerLease, GrpcChannel, CancellationToken, IAsyncEnumerable<GenerateResponse>> Ask(GenerateRequest request) => (lease, channel, token) =>
    {
        var asked = request.Clone();
        asked.Model = lease.Model;
        return new DecoderService.DecoderServiceClient(channel).Generate(asked, cancellationToken: token).ResponseStream.ReadAllAsync(token);
    };

    public override async Task Generate(GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        Asked.Enqueue(request);
        if (Fails.TryGetValue(request.Model, out var failure))
        {
            throw failure;
        }

        await responseStream.WriteAsync(new GenerateResponse { Prompt = new PromptAccepted { Model = request.Model } }, context.CancellationToken);
        for (var i = request.PrefixTokenIds.Count; i < Tokens; i++)
        {
            if (DiesBefore.TryGetValue(request.Model, out var index) && index == i)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "died"));
            }

            await BeforeToken(context.CancellationToken);
            await responseStream.WriteAsync(new GenerateResponse { Token = new Token { Index = i, TokenId = 100 + i, TextDelta = TextOf(i) } }, context.CancellationToken);
        }

        await responseStream.WriteAsync(new GenerateResponse { Completed = new Completed { TextDelta = ".", FinishReason = FinishReason.Stop } }, context.CancellationToken);
    }
}
