using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Workers.Clustering;
using MultiModalMesh.Workers.Stores;

namespace MultiModalMesh.Grains.Storage;

/// <summary>Where dialogues are kept: configuration <c>Dialogues</c>.</summary>
public sealed class StorageOptions
{
    public const string Section = DialogueOptions.Section;

    /// <summary><c>sqlite</c>, <c>redis</c> or <c>postgresql</c>. Default: sqlite if the cluster's provider is localhost, else what that is.</summary>
    public string Storage { get; set; } = "";

    /// <summary>Of the server. Default: the cluster's, if it is of the same kind.</summary>
    public string ConnectionString { get; set; } = "";

    internal void Complete(ClusterOptions cluster)
    {
        if (Storage.Length == 0)
        {
            Storage = StoreKind.IsShared(cluster.Provider) ? cluster.Provider : StoreKind.Sqlite;
        }

        if (ConnectionString.Length == 0 && Storage == cluster.Provider)
        {
            ConnectionString = cluster.ConnectionString;
        }
    }
}

internal sealed class StorageOptionsDefaults(IOptions<ClusterOptions> cluster) : IPostConfigureOptions<StorageOptions>
{
    public void PostConfigure(string? name, StorageOptions options) => options.Complete(cluster.Value);
}

internal sealed class StorageOptionsValidator(IOptions<ClusterOptions> cluster) : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options) =>
        ProblemOf(options, cluster.Value) is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;

    /// <summary>Of completed options.</summary>
    internal static string? ProblemOf(StorageOptions options, ClusterOptions cluster)
    {
        const string Key = $"{DialogueOptions.Section}:{nameof(StorageOptions.Storage)}";
        if (options.Storage != StoreKind.Sqlite && !StoreKind.IsShared(options.Storage))
        {
            return $"{Key} is '{options.Storage}', but must be '{StoreKind.Sqlite}', '{StoreKind.Redis}' or '{StoreKind.PostgreSql}'.";
        }

        if (options.Storage == StoreKind.Sqlite && StoreKind.IsShared(cluster.Provider))
        {
            return $"{Key} is '{StoreKind.Sqlite}', a file that one silo has, but Cluster:Provider is '{cluster.Provider}', which lets several in; "
                + $"leave {Key} out, or set it to '{StoreKind.Redis}' or '{StoreKind.PostgreSql}'.";
        }

        return StoreKind.Problem(options.Storage, options.ConnectionString, $"{DialogueOptions.Section}:{nameof(StorageOptions.ConnectionString)}") is { } problem
            ? $"{Key} is '{options.Storage}'. {problem}"
            : null;
    }
}
