using System.ComponentModel.DataAnnotations;

namespace MultiModalMesh.TextEncoder;

/// <summary>Configuration <c>TextEncoder</c>.</summary>
public sealed class TextEncoderOptions
{
    public const string Section = "TextEncoder";

    /// <summary>Texts of one stream in work at a time; the next is read when one is done. Range 1..256, default 16.</summary>
    [Range(1, 256)]
    public int MaxConcurrentPerStream { get; set; } = 16;
}
