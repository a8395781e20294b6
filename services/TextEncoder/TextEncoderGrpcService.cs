using System.Diagnostics;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using MultiModalMesh.ModelHosting.Streams;
using MultiModalMesh.ModelHosting.Telemetry;
using MultiModalMesh.ServiceDefaults.Telemetry;
using MultiModalMesh.Text.V1;

namespace MultiModalMesh.TextEncoder;

/// <summary>The contract's face: checks, maps, calls the encoder, maps back.</summary>
internal sealed class TextEncoderGrpcService(PackPool packs, TextEncoderLoad load, ModelInstruments instruments, IOptions<TextEncoderOptions> options)
    : TextEncoderService.TextEncoderServiceBase
{
    private const int MaxModelLength = 128;
    private const int MaxTextBytes = 64 * 1024;

    public override async Task EncodeTexts(IAsyncStreamReader<EncodeTextsRequest> requestStream, IServerStreamWriter<EncodeTextsResponse> responseStream, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        if (!await requestStream.MoveNext(cancellation) || requestStream.Current.PayloadCase != EncodeTextsRequest.PayloadOneofCase.Config)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The first message must be the configuration.") { Field = "config" };
        }

        var config = requestStream.Current.Config;
        var model = config.Model;
        if (model.Length > MaxModelLength)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The model's name has {model.Length} characters, the limit is {MaxModelLength}.") { Field = "config.model" };
        }

        using var lease = await packs.AcquireAsync(model, PackParts.Text, cancellation);
        var (pack, encoder) = (lease.Pack.Pack, lease.Pack.RequireTextEncoder());
        var urgency = CallUrgency.Of(context, bulk: config.Priority == Priority.Bulk);
        using var span = ModelInstruments.Start(GenAiNames.EmbeddingsOperation, pack.Name);
        try
        {
            await UnorderedPipeline.AnswerAsync(
                requestStream.ReadAllAsync(cancellation),
                options.Value.MaxConcurrentPerStream,
                (request, token) => AnswerAsync(pack.Name, encoder, Check(request), urgency, token),
                responseStream.WriteAsync,
                cancellation);
        }
        catch (Exception e)
        {
            ModelInstruments.Fail(span, e);
            throw;
        }
    }

    private async Task<EncodeTextsResponse> AnswerAsync(
        string model, Inference.Encoders.TextEncoder encoder, TextInput text, Urgency urgency, CancellationToken cancellationToken)
    {
        var arrival = Stopwatch.GetTimestamp();
        using var busy = load.Enter();
        try
        {
            var encoding = await encoder.EncodeAsync(text.Text, urgency, cancellationToken);
            instruments.Answered(GenAiNames.EmbeddingsOperation, model, Stopwatch.GetElapsedTime(arrival));
            instruments.Tokens(GenAiNames.EmbeddingsOperation, model, "input", encoding.TokenCount);
            return new EncodeTextsResponse
            {
                Index = text.Index,
                Embedding = { encoding.Embedding },
                TokenCount = encoding.TokenCount,
                Truncated = encoding.Truncated,
                Model = encoding.Model,
            };
        }
        catch (MeshException e)
        {
            instruments.Answered(GenAiNames.EmbeddingsOperation, model, Stopwatch.GetElapsedTime(arrival), e.Reason.Code);
            throw e.Field is null ? e : new MeshException(e.Reason, e.Message, e) { Field = $"texts[{text.Index}].{e.Field}" };
        }
    }

    private static TextInput Check(EncodeTextsRequest request)
    {
        if (request.PayloadCase != EncodeTextsRequest.PayloadOneofCase.Text)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "Every message after the first must be a text.") { Field = "text" };
        }

        var text = request.Text;
        if (text.Index < 0)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"A text's index is {text.Index}; it must be 0 or greater.") { Field = "text.index" };
        }

        // A character has at most 3 bytes, so most texts need not be counted.
        if (text.Text.Length > MaxTextBytes / 3 && Encoding.UTF8.GetByteCount(text.Text) is > MaxTextBytes and var size)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The text has {size} bytes, the limit is {MaxTextBytes}.") { Field = $"texts[{text.Index}].text" };
        }

        return text;
    }
}
