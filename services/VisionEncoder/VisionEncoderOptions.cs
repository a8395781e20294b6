using System.ComponentModel.DataAnnotations;

namespace MultiModalMesh.VisionEncoder;

/// <summary>Configuration <c>VisionEncoder</c>.</summary>
public sealed class VisionEncoderOptions
{
    public const string Section = "VisionEncoder";

    /// <summary>Pictures of one stream in work at a time; the next is read when one is done. Range 1..256, default 8.</summary>
    [Range(1, 256)]
    public int MaxConcurrentPerStream { get; set; } = 8;
}
