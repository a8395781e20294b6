using System.ComponentModel.DataAnnotations;

namespace MultiModalMesh.Inference.Pictures;

/// <summary>What a picture may cost. All of them are checked on the encoded bytes and the header, before a pixel is decoded.</summary>
public sealed class PictureLimits
{
    /// <summary>Bytes of the encoded file.</summary>
    [Range(1, int.MaxValue)]
    public int MaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>Width times height, in pixels.</summary>
    [Range(1, long.MaxValue)]
    public long MaxPixels { get; set; } = 100_000_000;

    /// <summary>Frames of an animation; only the first is looked at.</summary>
    [Range(1, int.MaxValue)]
    public int MaxFrames { get; set; } = 1_000;

    /// <summary>Pictures decoded at the same time; 0 means half of the processors, at least one.</summary>
    [Range(0, 256)]
    public int DecoderThreads { get; set; }

    /// <summary>Pictures that may wait for a decoder; one more is refused as overloaded.</summary>
    [Range(1, 65_536)]
    public int QueueCapacity { get; set; } = 256;
}
