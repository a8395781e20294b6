using Microsoft.Extensions.Options;
using MultiModalMesh.Decoder.Conversations;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Caching;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Decoder.Pictures;

/// <summary>What a decoder sees of pictures. Remembers the latest, so that a follow-up turn asks no vision encoder.</summary>
internal sealed class PictureFeatures(IFeatureSource source, IOptions<DecoderOptions> options, IOptions<InferenceOptions> inference, TimeProvider time) : IDisposable
{
    private readonly ByteBudgetCache<(string Tenant, string ImageId, long Reading), ImageFeatures> _known =
        new((long)options.Value.FeatureCacheMegabytes << 20, features => (long)features.Values.Length * sizeof(float), inference.Value.CacheLifetime, time);

    /// <summary>The features of pictures, in their order.</summary>
    public async Task<IReadOnlyList<ImageFeatures>> GetAsync(
        ModelPack pack, IReadOnlyList<ConversationPicture> pictures, GenerationPriority priority, CancellationToken cancellationToken)
    {
        var all = new ImageFeatures?[pictures.Count];
        List<int> missing = [];
        for (var i = 0; i < pictures.Count; i++)
        {
            if (_known.TryGet(Key(pack, pictures[i]), out var known))
            {
                all[i] = known;
            }
            else
            {
                missing.Add(i);
            }
        }

        if (missing.Count > 0)
        {
            var encoded = await source.EncodeAsync(pack, [.. missing.Select(i => pictures[i])], priority, cancellationToken);
            for (var i = 0; i < missing.Count; i++)
            {
                all[missing[i]] = Check(encoded[i], pack);
                _known.Add(Key(pack, pictures[missing[i]]), encoded[i]);
            }
        }

        return all!;
    }

    public void Dispose() => _known.Dispose();

    /// <summary>What a prompt with these pictures needs: their features one after the other; null for no pictures.</summary>
    public static ImageFeatures? Join(IReadOnlyList<ImageFeatures> pictures) => pictures switch
    {
        [] => null,
        [var only] => only,
        _ => new ImageFeatures([.. pictures.SelectMany(features => features.Values)], pictures.Sum(features => features.Tokens), pictures[0].Width),
    };

    private static (string Tenant, string ImageId, long Reading) Key(ModelPack pack, ConversationPicture picture) =>
        (picture.Reference.Tenant, picture.Reference.ImageId, pack.Reading);

    private static ImageFeatures Check(ImageFeatures features, ModelPack pack) =>
        (pack.PictureInput != PictureInput.Positions || features.Tokens == pack.FeatureTokens(features.Grid)) && features.Values.Length == features.Tokens * features.Width
            ? features
            : throw new MeshException(ErrorReason.PackInvalid, $"The vision encoder of '{pack.Id}' gave {features.Tokens} feature rows; the pack says {pack.FeatureTokens(features.Grid)}.");
}
