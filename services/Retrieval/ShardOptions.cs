using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.Retrieval;

/// <summary>Configuration <c>Retrieval:Shards</c>: which part of every collection this process holds. The count is the same for all retrieval services of a mesh.</summary>
public sealed class ShardOptions
{
    /// <summary>The order of writing has room for so many, see <see cref="Embedded.WriteOrder"/>.</summary>
    internal const int MaxCount = 256;

    /// <summary>Retrieval services that share every collection. Range 1..256, default 1: this one holds all of it. What is stored binds to the number it was stored with.</summary>
    [Range(1, MaxCount)]
    public int Count { get; set; } = 1;

    /// <summary>Which of them this process is, from 0. Range 0..Count - 1, default 0.</summary>
    [Range(0, MaxCount - 1)]
    public int Index { get; set; }
}

internal sealed class ShardOptionsValidator : IValidateOptions<RetrievalOptions>
{
    public ValidateOptionsResult Validate(string? name, RetrievalOptions options) =>
        options.Shards.Index >= options.Shards.Count
            ? ValidateOptionsResult.Fail($"Retrieval:Shards:Index is '{options.Shards.Index}' and Retrieval:Shards:Count '{options.Shards.Count}', but the index must be 0..{options.Shards.Count - 1}.")
        : options.Shards.Count > 1 && options.PostgreSql.IsUsed
            ? ValidateOptionsResult.Fail($"Retrieval:Shards:Count is '{options.Shards.Count}' and Retrieval:PostgreSql:ConnectionString is set, but collections in a database are whole: every retrieval service sees all of them. Leave one of the two out.")
        : ValidateOptionsResult.Success;
}
