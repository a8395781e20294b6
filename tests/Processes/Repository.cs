namespace MultiModalMesh.TestProcesses;

/// <summary>Where this checkout is, found from the test program upwards.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MultiModalMesh.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"MultiModalMesh.sln is not above {AppContext.BaseDirectory}.");
    }
}
