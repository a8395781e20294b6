using System.Diagnostics;
using Grpc.Core;
using MultiModalMesh.Decoder.Conversations;
using MultiModalMesh.Decoder.Pictures;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using MultiModalMesh.ModelHosting.Telemetry;
using MultiModalMesh.ServiceDefaults.Telemetry;

namespace MultiModalMesh.Decoder;

/// <summary>The contract's face: checks, maps, calls the engine, maps back.</summary>
internal sealed class DecoderGrpcService(PackPool packs, PictureFeatures pictures, ModelInstruments instruments) : DecoderService.DecoderServiceBase
{
    public override async Task Generate(GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        var arrival = Stopwatch.GetTimestamp();
        RequestChecks.Check(request);
        using var lease = await packs.AcquireAsync(
            request.Model, PackParts.Decoder, pack => request.RawPrompt is null || pack.CompletesPrompts, context.CancellationToken);
        var (pack, engine) = (lease.Pack.Pack, lease.Pack.RequireDecoder());

        var operation = request.RawPrompt is null ? GenAiNames.ChatOperation : GenAiNames.CompletionOperation;
        using var span = ModelInstruments.Start(operation, pack.Name);
        var account = new AnswerAccount(span, instruments, operation, pack, arrival);
        account.Asked(request);
        try
        {
            var generation = await PrepareAsync(request, pack, context.CancellationToken);
            await foreach (var generated in engine.GenerateAsync(generation, context.CancellationToken))
            {
                account.Observe(generated);
                await responseStream.WriteAsync(ResponseMapping.ToMessage(generated, pack), context.CancellationToken);
            }

            account.Answered();
        }
        catch (Exception e)
        {
            account.Failed(e);
            throw;
        }
    }

    private async Task<GenerationRequest> PrepareAsync(GenerateRequest request, ModelPack pack, CancellationToken cancellationToken)
    {
        var maxNewTokens = request.MaxNewTokens == 0 ? pack.DefaultMaxNewTokens : request.MaxNewTokens;

        var priority = request.Priority == Priority.Bulk ? GenerationPriority.Bulk : GenerationPriority.Interactive;

        // Before the pictures: a constraint that is refused should cost no more than that.
        var constraint = RequestMapping.ToConstraint(request, pack);
        var (prompt, image) = request.RawPrompt is { } raw
            ? (RequestMapping.ToPrompt(raw, pack), null)
            : await LayAsync(request, pack, maxNewTokens, priority, cancellationToken);
        return new GenerationRequest
        {
            Prompt = prompt,
            Image = image,
            MaxNewTokens = maxNewTokens,
            Sampling = RequestMapping.ToOptions(request),
            Constraint = constraint,
            Prefix = request.PrefixTokenIds,
            CacheKey = request.CacheKey.Length > 0 ? request.CacheKey : null,
            Priority = priority,
            Tenant = request.Tenant,
        };
    }

    private async Task<(IReadOnlyList<int> Prompt, ImageFeatures? Image)> LayAsync(
        GenerateRequest request, ModelPack pack, int maxNewTokens, GenerationPriority priority, CancellationToken cancellationToken)
    {
        var conversation = Conversation.From(request.Messages, pack);
        var prompt = pack.RequireChatPrompt();

        // Pictures first: into how many tiles one is cut decides how much of the prompt it takes.
        PictureReference[] places = [.. conversation.Messages.SelectMany((message, i) => Enumerable.Range(0, message.Pictures).Select(picture => new PictureReference(i, picture)))];
        var features = await pictures.GetAsync(pack, [.. places.Select(conversation.Picture)], priority, cancellationToken);
        var layout = prompt.Build(conversation.Messages, maxNewTokens, place => FeaturesOf(place).Grid);
        return (layout.Tokens, PictureFeatures.Join([.. layout.Pictures.Select(FeaturesOf)]));

        ImageFeatures FeaturesOf(PictureReference place) => features[Array.IndexOf(places, place)];
    }
}
