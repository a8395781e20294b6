using System.ComponentModel.DataAnnotations;
using MultiModalMesh.Retrieval.PostgreSql;

namespace MultiModalMesh.Retrieval;

/// <summary>Configuration <c>Retrieval</c>.</summary>
public sealed class RetrievalOptions
{
    public const string Section = "Retrieval";

    /// <summary>Collections of all tenants together. Range 1..100,000, default 1,000.</summary>
    [Range(1, 100_000)]
    public int MaxCollections { get; set; } = 1000;

    /// <summary>Vectors and payloads of all collections together, in MiB on disk, what was deleted and not erased yet included. Range 16..1,048,576, default 16,384.</summary>
    [Range(16, 1_048_576)]
    public int MaxMegabytes { get; set; } = 16_384;

    /// <summary>Searches that run at a time; 0 (default): one per processor. Range 0..1,024.</summary>
    [Range(0, 1024)]
    public int MaxConcurrentSearches { get; set; }

    /// <summary>Searches that wait for their turn before further ones are refused. Range 0..65,536, default 256.</summary>
    [Range(0, 65_536)]
    public int MaxQueuedSearches { get; set; } = 256;

    /// <summary>After how long at most the bytes of what was deleted or replaced are gone from the disk; shorter means that segments are rewritten more often. Range 0.2 s..1 day, default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.2", "1.00:00:00")]
    public TimeSpan EraseAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Which part of every collection is here; default: all of it.</summary>
    public ShardOptions Shards { get; set; } = new();

    /// <summary>A database that keeps the collections instead.</summary>
    public PostgreSqlOptions PostgreSql { get; set; } = new();
}
