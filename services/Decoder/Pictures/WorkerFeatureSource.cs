using System.Runtime.InteropServices;
using Grpc.Core;
using Grpc.Net.Client;
using MultiModalMesh.Decoder.Conversations;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Vision.V1;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Decoder.Pictures;

/// <summary>Asks a vision encoder of the mesh.</summary>
internal sealed class WorkerFeatureSource(WorkerPool workers) : IFeatureSource
{
    public Task<IReadOnlyList<ImageFeatures>> EncodeAsync(
        ModelPack pack, IReadOnlyList<ConversationPicture> pictures, GenerationPriority priority, CancellationToken cancellationToken) =>
        workers.CallAsync(
            new RouteRequest { Capability = pack.Has(PackCapabilities.ImageFeatures) ? Capabilities.ImageFeatures : Capabilities.ImageEmbedding, Model = pack.Name },
            (lease, channel, token) => EncodeAsync(channel, lease.Model, pack, pictures, priority, token),
            cancellationToken);

    private static async Task<IReadOnlyList<ImageFeatures>> EncodeAsync(
        GrpcChannel channel, string model, ModelPack pack, IReadOnlyList<ConversationPicture> pictures, GenerationPriority priority, CancellationToken cancellationToken)
    {
        using var call = new VisionEncoderService.VisionEncoderServiceClient(channel).EncodeImages(cancellationToken: cancellationToken);
        var config = new EncodeImagesConfig
        {
            Model = model,
            IncludeFeatures = true,
            Priority = priority == GenerationPriority.Bulk ? Priority.Bulk : Priority.Interactive,
        };
        await call.RequestStream.WriteAsync(new EncodeImagesRequest { Config = config }, cancellationToken);
        for (var i = 0; i < pictures.Count; i++)
        {
            await call.RequestStream.WriteAsync(new EncodeImagesRequest { Image = new ImageInput { Index = i, Reference = pictures[i].Reference } }, cancellationToken);
        }

        await call.RequestStream.CompleteAsync();
        var features = new ImageFeatures[pictures.Count];
        await foreach (var response in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            features[response.Index] = response.ResultCase == EncodeImagesResponse.ResultOneofCase.Encoding
                ? ToFeatures(response.Encoding, pack)
                : throw new MeshException(ErrorReason.Find(response.Error.Reason) ?? ErrorReason.PeerFailed, response.Error.Message) { Field = pictures[response.Index].Field };
        }

        return Array.IndexOf(features, null) < 0 ? features : throw new MeshException(ErrorReason.PeerFailed, "The vision encoder left out a picture.");
    }

    private static ImageFeatures ToFeatures(ImageEncoding encoding, ModelPack pack)
    {
        // During an upgrade two versions of a pack run at once, and the features of one mean nothing to the other's decoder.
        if (encoding.Model != pack.Id)
        {
            throw new MeshException(ErrorReason.PeerUnavailable, $"The vision encoder runs '{encoding.Model}', this decoder '{pack.Id}'.");
        }

        return new ImageFeatures(MemoryMarshal.Cast<byte, float>(encoding.Features.Span).ToArray(), encoding.FeatureTokens, encoding.FeatureWidth, new PictureGrid(encoding.TileRows, encoding.TileColumns));
    }
}
