using System.ComponentModel.DataAnnotations;

namespace MultiModalMesh.Retrieval.PostgreSql;

/// <summary>Configuration <c>Retrieval:PostgreSql</c>: keeps collections in a PostgreSQL with the extension <c>vector</c> (pgvector) instead of the data folder.</summary>
public sealed class PostgreSqlOptions
{
    /// <summary>As Npgsql reads it; default: none, collections lie in the data folder.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Items of a collection from which on an HNSW index is made; below, and always for vectors of more than 2,000 numbers, every vector is compared. Range 100..1,000,000,000, default 20,000.</summary>
    [Range(100, 1_000_000_000)]
    public int IndexFrom { get; set; } = 20_000;

    /// <summary>Candidates that a search of the index keeps (hnsw.ef_search): more find more and take longer. Range 10..1,000, default 100.</summary>
    [Range(10, 1000)]
    public int SearchCandidates { get; set; } = 100;

    /// <summary>Whether the collections lie there.</summary>
    internal bool IsUsed => ConnectionString.Length > 0;
}
