using System.ComponentModel.DataAnnotations;

namespace MultiModalMesh.Decoder;

/// <summary>Configuration <c>Decoder</c>.</summary>
public sealed class DecoderOptions
{
    public const string Section = "Decoder";

    /// <summary>Memory for the features of pictures that dialogues speak about, in MiB, so that a follow-up turn asks no vision encoder. Range 0..65,536, default 64.</summary>
    [Range(0, 65_536)]
    public int FeatureCacheMegabytes { get; set; } = 64;
}
