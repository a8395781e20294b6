using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using MultiModalMesh.Images.S3;

namespace MultiModalMesh.Images;

/// <summary>Configuration <c>Images</c>.</summary>
public sealed class ImageStoreOptions
{
    public const string Section = "Images";
    public const string FolderStore = "folder";
    public const string S3Store = "s3";

    /// <summary>The most that <see cref="MaxBytes"/> can be.</summary>
    internal const int LargestBytes = 256 * 1024 * 1024;

    /// <summary>The largest file that is stored, in bytes. Range 1 KiB..256 MiB, default 20 MiB.</summary>
    [Range(1024, LargestBytes)]
    public int MaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary><c>folder</c>: below the data folder, for processes of one machine. <c>s3</c>: in a bucket, for any number of machines.</summary>
    public string Store { get; set; } = FolderStore;

    /// <summary>Used with <c>s3</c> only.</summary>
    public S3StoreOptions S3 { get; set; } = new();
}

internal sealed class ImageStoreOptionsValidator : IValidateOptions<ImageStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, ImageStoreOptions options) => options.Store switch
    {
        ImageStoreOptions.FolderStore => ValidateOptionsResult.Success,
        ImageStoreOptions.S3Store when options.S3.Problem is { } problem => ValidateOptionsResult.Fail(problem),
        ImageStoreOptions.S3Store => ValidateOptionsResult.Success,
        _ => ValidateOptionsResult.Fail($"Images:Store is '{options.Store}', but must be '{ImageStoreOptions.FolderStore}' or '{ImageStoreOptions.S3Store}'."),
    };
}
