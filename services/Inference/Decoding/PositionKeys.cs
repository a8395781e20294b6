using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Who a position of a sequence is, for the prefix cache: equal keys from the first position on mean equal keys and values in the model. A
/// token is its id; a picture position is the hash of its features, so another picture never matches; where the decoder sees the picture
/// by cross-attention, every position depends on all of it.
/// </summary>
internal sealed class PositionKeys
{
    private static readonly UInt128 PictureBit = UInt128.One << 127;

    private readonly UInt128 _everywhere;

    public PositionKeys(ImageFeatures? image, bool isCrossAttention)
    {
        if (image is not null && isCrossAttention)
        {
            _everywhere = Hash(image.Values) | PictureBit;
        }
    }

    /// <param name="tokens">From the first position of the sequence on.</param>
    public UInt128[] Of(ReadOnlySpan<int> tokens, ImageFeatures? image)
    {
        var keys = new UInt128[tokens.Length];
        var row = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            keys[i] = tokens[i] == GenerationRequest.ImagePosition
                ? Hash(image!.Values.AsSpan(row++ * image.Width, image.Width)) | PictureBit
                : Of(tokens[i]);
        }

        return keys;
    }

    public UInt128 Of(int token) => _everywhere + (uint)token;

    /// <summary>Half of a SHA-256: whoever sends pictures must not be able to make two of them meet.</summary>
    private static UInt128 Hash(ReadOnlySpan<float> values)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(values), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
