using System.Diagnostics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Images;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using MultiModalMesh.ModelHosting.Streams;
using MultiModalMesh.ModelHosting.Telemetry;
using MultiModalMesh.ServiceDefaults.Telemetry;
using MultiModalMesh.Vision.V1;

namespace MultiModalMesh.VisionEncoder;

/// <summary>The contract's face: checks, maps, calls the encoder, maps back.</summary>
internal sealed class VisionEncoderGrpcService(
    PackPool packs, IImageStore images, VisionEncoderLoad load, ModelInstruments instruments, IOptions<VisionEncoderOptions> options)
    : VisionEncoderService.VisionEncoderServiceBase
{
    private const int MaxModelLength = 128;

    public override async Task EncodeImages(IAsyncStreamReader<EncodeImagesRequest> requestStream, IServerStreamWriter<EncodeImagesResponse> responseStream, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        if (!await requestStream.MoveNext(cancellation) || requestStream.Current.PayloadCase != EncodeImagesRequest.PayloadOneofCase.Config)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The first message must be the configuration.") { Field = "config" };
        }

        var config = requestStream.Current.Config;
        if (config.Model.Length > MaxModelLength)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The model's name has {config.Model.Length} characters, the limit is {MaxModelLength}.") { Field = "config.model" };
        }

        using var lease = await packs.AcquireAsync(config.Model, PackParts.Vision, cancellation);
        var (pack, encoder) = (lease.Pack.Pack, lease.Pack.RequireVisionEncoder());
        var urgency = CallUrgency.Of(context, bulk: config.Priority == Priority.Bulk);
        using var span = ModelInstruments.Start(GenAiNames.EmbeddingsOperation, pack.Name);
        try
        {
            await UnorderedPipeline.AnswerAsync(
                requestStream.ReadAllAsync(cancellation),
                options.Value.MaxConcurrentPerStream,
                (request, token) => AnswerAsync(pack.Name, encoder, Check(request), config.IncludeFeatures, urgency, token),
                responseStream.WriteAsync,
                cancellation);
        }
        catch (Exception e)
        {
            ModelInstruments.Fail(span, e);
            throw;
        }
    }

    private async Task<EncodeImagesResponse> AnswerAsync(
        string model, Inference.Encoders.VisionEncoder encoder, ImageInput image, bool includeFeatures, Urgency urgency, CancellationToken cancellationToken)
    {
        var arrival = Stopwatch.GetTimestamp();
        using var busy = load.Enter();
        try
        {
            var bytes = image.SourceCase == ImageInput.SourceOneofCase.Data
                ? image.Data.Memory
                : await images.ReadAsync(image.Reference.Tenant, image.Reference.ImageId, cancellationToken);
            var encoding = await encoder.EncodeAsync(bytes, urgency, cancellationToken);
            instruments.Answered(GenAiNames.EmbeddingsOperation, model, Stopwatch.GetElapsedTime(arrival));
            return new EncodeImagesResponse { Index = image.Index, Encoding = ToMessage(encoding, includeFeatures) };
        }
        catch (MeshException e)
        {
            instruments.Answered(GenAiNames.EmbeddingsOperation, model, Stopwatch.GetElapsedTime(arrival), e.Reason.Code);
            if (!IsThePicturesFault(e))
            {
                throw;
            }

            return new EncodeImagesResponse { Index = image.Index, Error = new ImageError { Reason = e.Reason.Code, Message = e.Message } };
        }
    }

    // Such a picture fails alone; a full queue or a broken disk is the worker's and ends the stream, so that another worker can be tried.
    private static bool IsThePicturesFault(MeshException error) =>
        error.Reason.Category is ErrorCategory.InvalidArgument or ErrorCategory.TooLarge or ErrorCategory.NotFound;

    private static ImageInput Check(EncodeImagesRequest request)
    {
        if (request.PayloadCase != EncodeImagesRequest.PayloadOneofCase.Image)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "Every message after the first must be a picture.") { Field = "image" };
        }

        var image = request.Image;
        if (image.Index < 0)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"A picture's index is {image.Index}; it must be 0 or greater.") { Field = "image.index" };
        }

        return image.SourceCase != ImageInput.SourceOneofCase.None
            ? image
            : throw new MeshException(ErrorReason.InvalidRequest, $"The picture {image.Index} has neither data nor a reference.") { Field = $"images[{image.Index}]" };
    }

    private static ImageEncoding ToMessage(Inference.Encoders.ImageEncoding encoding, bool includeFeatures)
    {
        var message = new ImageEncoding { Embedding = { encoding.Embedding }, Model = encoding.Model };
        if (includeFeatures)
        {
            message.Features = ByteString.CopyFrom(MemoryMarshal.AsBytes(encoding.Features.AsSpan()));
            message.FeatureTokens = encoding.FeatureTokens;
            message.FeatureWidth = encoding.FeatureWidth;
            message.TileRows = encoding.Grid.Rows;
            message.TileColumns = encoding.Grid.Columns;
        }

        return message;
    }
}
