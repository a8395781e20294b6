using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using MultiModalMesh.Images;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>A job's items as they are stored, once. While the job is erased only the hashes of their pictures are left.</summary>
internal sealed record JobItems
{
    public const string StateName = "job-items";

    public ImmutableArray<JobItemRecord> Items { get; init; } = [];

    /// <summary>Of the pictures' content, not their ids: who looks for records that use a picture looks for its id, and must not find this one.</summary>
    public ImmutableArray<string> PictureHashes { get; init; } = [];

    [JsonIgnore]
    public IEnumerable<string> ImageIds => PictureHashes.Select(ImageId.FromHexHash);

    public static JobItems Of(SubmitJobCommand command) => new() { Items = [.. command.Items.Select(item => new JobItemRecord(item.Id, item.ImageId, item.Text))] };

    public JobItems ForErasure() => new()
    {
        PictureHashes =
        [
            .. Items.Select(item => item.ImageId).Where(ImageId.IsValid).Select(ImageId.HexHashOf).Concat(PictureHashes).Distinct(StringComparer.Ordinal),
        ],
    };

    public static string HashOf(SubmitJobCommand command) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(command)));
}

/// <inheritdoc cref="JobItem"/>
internal sealed record JobItemRecord(string Id, string ImageId, string Text)
{
    public JobItem ToView() => new(Id ?? "", ImageId ?? "", Text ?? "");
}
