using System.ComponentModel.DataAnnotations;

namespace MultiModalMesh.Images;

/// <summary>Configuration <c>Images</c>.</summary>
public sealed class ImageStoreOptions
{
    public const string Section = "Images";

    /// <summary>The largest file that is stored, in bytes. Range 1 KiB..256 MiB, default 20 MiB.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 20 * 1024 * 1024;
}
