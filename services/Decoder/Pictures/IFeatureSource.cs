using MultiModalMesh.Decoder.Conversations;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Decoder.Pictures;

/// <summary>Encodes pictures for a decoder.</summary>
internal interface IFeatureSource
{
    /// <summary>The features of stored pictures, in the order of <paramref name="pictures"/>, by the vision encoder of the same pack.</summary>
    Task<IReadOnlyList<ImageFeatures>> EncodeAsync(ModelPack pack, IReadOnlyList<ConversationPicture> pictures, CancellationToken cancellationToken);
}
