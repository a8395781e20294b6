using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Devices;
using MultiModalMesh.Inference.Packs.Published;

namespace MultiModalMesh.Inference.Packs;

/// <summary>Finds the folders that are, or should be, packs, and reads them.</summary>
internal static class PackFolders
{
    /// <summary>The folders below each root, in the order of the roots, then of the names; a root that is a pack itself, or is not there, stands for itself.</summary>
    public static IEnumerable<string> Below(IEnumerable<string> roots) => roots.SelectMany(Candidates);

    /// <exception cref="MeshException">PackInvalid: names the file and the field.</exception>
    public static ModelPack Read(string directory, InferenceOptions options)
    {
        if (!Directory.Exists(directory))
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{directory}: the folder does not exist.");
        }

        if (!File.Exists(Path.Combine(directory, PackFiles.Manifest)) && !PublishedFolder.Is(directory))
        {
            throw new MeshException(
                ErrorReason.PackInvalid, $"{directory}: is no model pack; it has neither {PackFiles.Manifest} nor config.json with graphs (*.onnx, onnx/*.onnx).");
        }

        return ModelPack.Load(directory, options.VerifyChecksums, options.Variant, DeviceSelection.Of(options).Device);
    }

    /// <summary>The error of a pack whose name another one has already.</summary>
    public static MeshException NameTaken(string directory, string name, string twin) => new(
        ErrorReason.PackInvalid,
        $"{Path.Combine(directory, PublishedFolder.Is(directory) ? "" : PackFiles.Manifest)}: name '{name}' is taken by the pack in {twin}.");

    /// <summary>
    /// Names, sizes and times of a folder's files as one text: another one means that the pack was replaced. Contents are not read, so that it is
    /// cheap enough to be taken every other second.
    /// </summary>
    public static string Fingerprint(string directory)
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}\n")));
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.GetType().Name;
        }
    }

    private static IEnumerable<string> Candidates(string root)
    {
        root = Path.GetFullPath(root);
        return !Directory.Exists(root) || File.Exists(Path.Combine(root, PackFiles.Manifest)) || PublishedFolder.Is(root)
            ? [root]
            : Directory.EnumerateDirectories(root).Where(d => !Path.GetFileName(d).StartsWith('.')).Order(StringComparer.Ordinal);
    }
}
