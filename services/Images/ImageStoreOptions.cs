using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.Images;

/// <summary>Configuration <c>Images</c>.</summary>
public sealed class ImageStoreOptions
{
    public const string Section = "Images";

    /// <summary>The largest file that is stored, in bytes. Range 1 KiB..256 MiB, default 20 MiB.</summary>
    [Range(1024, 256 * 1024 * 1024, ErrorMessage = "Images:MaxBytes must be between {1} and {2} bytes.")]
    public int MaxBytes { get; set; } = 20 * 1024 * 1024;
}

[OptionsValidator]
internal sealed partial class ImageStoreOptionsValidator : IValidateOptions<ImageStoreOptions>;
