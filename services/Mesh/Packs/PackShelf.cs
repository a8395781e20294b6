using MultiModalMesh.Errors;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Mesh.Hosting;
using MultiModalMesh.ModelHosting.Packs;
using MultiModalMesh.ModelHub.Folders;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Mesh.Packs;

/// <summary>The packs on this machine's disks, in the folders where <c>serve</c> with the same settings looks for them.</summary>
internal sealed class PackShelf
{
    private readonly DataOptions _data;
    private readonly ModelOptions _models;
    private readonly string? _folder;

    private PackShelf(IConfiguration configuration, string? folder)
    {
        Configuration = configuration;
        _folder = folder;
        _data = configuration.GetSection(DataOptions.Section).Get<DataOptions>() ?? new DataOptions();
        _models = configuration.GetSection(ModelOptions.Section).Get<ModelOptions>() ?? new ModelOptions();
    }

    /// <summary>The settings that <c>serve</c> would read.</summary>
    public IConfiguration Configuration { get; }

    /// <summary>How <c>serve</c> would run models.</summary>
    public InferenceOptions Inference => Configuration.GetSection(InferenceOptions.Section).Get<InferenceOptions>() ?? new InferenceOptions();

    /// <param name="dataFolder">Null: as configured.</param>
    /// <param name="modelFolders">As given to <c>serve</c>; a pull goes into the first one.</param>
    public static PackShelf Open(string? dataFolder, IReadOnlyList<string> modelFolders)
    {
        var settings = new MeshSettings { DataFolder = dataFolder, ModelFolders = modelFolders };
        var configuration = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .AddInMemoryCollection(settings.ToConfiguration())
            .Build();
        return new PackShelf(configuration, modelFolders.Count > 0 ? modelFolders[0] : null);
    }

    /// <summary>The folder that packs are pulled into.</summary>
    /// <exception cref="MeshException">InvalidRequest: there is none.</exception>
    public ModelFolder PullFolder()
    {
        if (_folder is not null)
        {
            return new ModelFolder(_folder);
        }

        var folder = _models.PulledFolder(_data)
            ?? throw new MeshException(ErrorReason.InvalidRequest, "There is no data folder to put packs into; name one with --data, or a folder of packs with --models.");
        if (_models.Pulled.Length == 0)
        {
            MakeDataFolder(folder);
        }

        return new ModelFolder(folder);
    }

    /// <summary>Every pack, every broken one and every unfinished pull, in the order in which they are looked through.</summary>
    public async Task<IReadOnlyList<ShelvedPack>> ListAsync(CancellationToken cancellationToken)
    {
        var options = Inference;
        options.VerifyChecksums = false;
        var packs = new List<ShelvedPack>();
        using (var catalog = PackCatalog.Load(_models.Roots(_data), PackParts.None, options))
        {
            foreach (var entry in catalog.Entries)
            {
                packs.Add(await DescribeAsync(entry, cancellationToken));
            }
        }

        packs.AddRange(Folders().SelectMany(folder => folder.Unfinished().Select(pull => ShelvedPack.Unfinished(pull.Name, folder.PackPath(pull.Name), pull.Bytes))));
        return packs;
    }

    /// <summary>The pack of that name, or in a folder of that name.</summary>
    /// <exception cref="MeshException">ModelNotFound lists what there is.</exception>
    public async Task<ShelvedPack> FindAsync(string name, CancellationToken cancellationToken)
    {
        var packs = await ListAsync(cancellationToken);
        return packs.FirstOrDefault(pack => pack.Name == name)
            ?? packs.FirstOrDefault(pack => pack.FolderName == name)
            ?? throw new MeshException(
                ErrorReason.ModelNotFound, $"There is no pack '{name}'; there is: {(packs.Count > 0 ? string.Join(", ", packs.Select(pack => pack.Name).Distinct()) : "none")}.");
    }

    private IEnumerable<ModelFolder> Folders() => _models.Roots(_data).Select(root => new ModelFolder(root)).DistinctBy(folder => folder.Path);

    private static async Task<ShelvedPack> DescribeAsync(PackEntry entry, CancellationToken cancellationToken)
    {
        PackSource? source = null;
        var reason = entry.Error?.Message;
        try
        {
            source = PackSource.Find(entry.Directory);
            if (reason is null && source is not null && await source.CheckAsync(entry.Directory, checksums: false, cancellationToken) is [var problem, ..])
            {
                reason = problem;
            }
        }
        catch (MeshException failure)
        {
            reason ??= failure.Message;
        }

        return new ShelvedPack(entry.Name, entry.Directory, OriginOf(entry.Directory, source), reason is null ? PackState.Complete : PackState.Broken, reason, SizeOf(entry.Directory), entry.Loaded?.Pack, source);
    }

    private static PackOrigin OriginOf(string directory, PackSource? source) =>
        directory.StartsWith(Path.TrimEndingDirectorySeparator(ModelOptions.ShippedFolder) + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? PackOrigin.Shipped
        : source is not null ? PackOrigin.Pulled
        : PackOrigin.Folder;

    private static long SizeOf(string directory) => Directory.Exists(directory)
        ? new DirectoryInfo(directory)
            .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true })
            .Sum(file => file.Length)
        : 0;

    /// <summary>The data folder holds dialogues too: whoever makes it first makes it private.</summary>
    private static void MakeDataFolder(string models)
    {
        try
        {
            DataOptions.MakePrivate(models);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"The folder '{models}' cannot be made: {failure.Message} Choose another with --data or --models.", failure);
        }
    }
}
