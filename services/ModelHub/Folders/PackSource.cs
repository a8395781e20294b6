using System.Security.Cryptography;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.ModelHub.Folders;

/// <summary>A file of a pulled pack.</summary>
/// <param name="Path">Within the pack, with forward slashes.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record PackSourceFile(string Path, long Bytes, string Sha256);

/// <summary>Where a pulled pack is from: <c>mesh-source.json</c> beside its files.</summary>
/// <param name="Hub">Address of the hub.</param>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Revision">As it was asked for.</param>
/// <param name="Commit">What it was then.</param>
/// <param name="Variant">As it was asked for.</param>
/// <param name="License">As the model card says; null where it says nothing.</param>
/// <param name="PulledAt">When.</param>
/// <param name="Files">Everything that came.</param>
public sealed record PackSource(
    string Hub, string Repository, string Revision, string Commit, string Variant, string? License, DateTimeOffset PulledAt, IReadOnlyList<PackSourceFile> Files)
{
    public const string FileName = "mesh-source.json";

    private const long LargestFile = 16 << 20;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>Null for a folder that was not pulled.</summary>
    /// <exception cref="MeshException">PackInvalid: the file is there, but damaged.</exception>
    public static PackSource? Find(string packFolder)
    {
        var path = Path.Combine(packFolder, FileName);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return null;
            }

            var source = file.Length <= LargestFile ? JsonSerializer.Deserialize<PackSource>(File.ReadAllBytes(path), Format) : null;
            return source is not null && source.Files.All(entry => entry is not null && HubPath.IsPortable(entry.Path) && entry.Bytes >= 0)
                ? source
                : throw new MeshException(ErrorReason.PackInvalid, $"{path}: is not a list of the files within the pack. Remove the pack and pull it again.");
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: cannot be read: {failure.Message} Remove the pack and pull it again.", failure);
        }
    }

    /// <summary>Compares the files of a pack with what came from the hub.</summary>
    /// <param name="packFolder">The pack.</param>
    /// <param name="checksums">Compare contents too, not sizes only.</param>
    /// <param name="cancellationToken">Honoured between files.</param>
    /// <returns>One sentence for every file that is missing or different.</returns>
    public async Task<IReadOnlyList<string>> CheckAsync(string packFolder, bool checksums, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var entry in Files)
        {
            var file = new FileInfo(Path.Combine(packFolder, entry.Path));
            if (!file.Exists)
            {
                problems.Add($"{file.FullName}: the file is missing.");
            }
            else if (file.Length != entry.Bytes)
            {
                problems.Add($"{file.FullName}: has {file.Length} bytes; {entry.Bytes} came from the hub.");
            }
            else if (checksums && await HashAsync(file, cancellationToken) is var actual && actual != entry.Sha256)
            {
                problems.Add($"{file.FullName}: has SHA-256 {actual}; {entry.Sha256} came from the hub.");
            }
        }

        return problems;
    }

    internal void Write(string packFolder) => File.WriteAllBytes(Path.Combine(packFolder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, Format));

    private static async Task<string> HashAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = file.OpenRead();
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"'{file.FullName}' cannot be read: {failure.Message}", failure);
        }
    }
}
