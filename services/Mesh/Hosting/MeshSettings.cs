using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Mesh.Hosting;

/// <summary>What the command line says about a mesh to start; null and empty leave it to the configuration.</summary>
public sealed record MeshSettings
{
    /// <summary>0..65535; 0 takes a free one.</summary>
    public int? HttpPort { get; init; }

    /// <summary>0..65535; 0 takes a free one.</summary>
    public int? GrpcPort { get; init; }

    /// <summary>An IP address; beyond loopback needs API keys or <see cref="Insecure"/>.</summary>
    public string? Address { get; init; }

    public bool Insecure { get; init; }

    public string? DataFolder { get; init; }

    /// <summary>Folders whose sub-folders are model packs, beside the one that ships with the program.</summary>
    public IReadOnlyList<string> ModelFolders { get; init; } = [];

    /// <summary>The absolute path of the data folder: the one that was named, or the environment names, or the default one.</summary>
    public string ResolveDataFolder() => Path.GetFullPath(
        DataFolder ?? (Environment.GetEnvironmentVariable("Data__Path") is { Length: > 0 } named ? named : new DataOptions().Path));

    /// <summary>The settings as configuration keys, which win over files and environment.</summary>
    public IEnumerable<KeyValuePair<string, string?>> ToConfiguration()
    {
        if (HttpPort is { } http)
        {
            yield return new("Gateway:HttpPort", $"{http}");
        }

        if (GrpcPort is { } grpc)
        {
            yield return new("Gateway:GrpcPort", $"{grpc}");
        }

        if (Address is not null)
        {
            yield return new("Gateway:Address", Address);
        }

        if (Insecure)
        {
            yield return new("Gateway:Insecure", "true");
        }

        if (DataFolder is not null)
        {
            yield return new("Data:Path", ResolveDataFolder());
        }

        if (ModelFolders.Count > 0)
        {
            yield return new("Models:Paths:0", Path.Combine(AppContext.BaseDirectory, "models"));
            for (var i = 0; i < ModelFolders.Count; i++)
            {
                yield return new($"Models:Paths:{i + 1}", Path.GetFullPath(ModelFolders[i]));
            }
        }
    }
}
