using MultiModalMesh.Decoder.Conversations;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Decoder.Pictures;

/// <summary>Encodes pictures for a decoder.</summary>
internal interface IFeatureSource
{
    /// <summary>The features of stored pictures, in the order of <paramref name="pictures"/>, by the vision encoder of the same pack.</summary>
    /// <param name="pack">The decoder's.</param>
    /// <param name="pictures">At least one.</param>
    /// <param name="priority">That of the answer that they are for.</param>
    /// <param name="cancellationToken">Ends the encoder's work, too.</param>
    Task<IReadOnlyList<ImageFeatures>> EncodeAsync(
        ModelPack pack, IReadOnlyList<ConversationPicture> pictures, GenerationPriority priority, CancellationToken cancellationToken);
}
