using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Shipped;

/// <summary>The pack that the repository ships.</summary>
internal static class ShippedPack
{
    /// <exception cref="DirectoryNotFoundException">The program does not run from within the repository.</exception>
    public static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var pack = Path.Combine(folder.FullName, "deploy", "models", "picto");
            if (File.Exists(Path.Combine(pack, PackFiles.Manifest)))
            {
                return pack;
            }
        }

        throw new DirectoryNotFoundException($"There is no deploy/models/picto above {AppContext.BaseDirectory}.");
    }
}
