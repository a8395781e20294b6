using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Storage;

/// <summary>
/// Where the records of grains are kept. A write returns when it is durable, and is done only if the record still has the ETag it names.
/// </summary>
/// <remarks>
/// Failures are <see cref="MeshException"/> with <see cref="ErrorReason.StorageFailed"/>, within seconds. Where a server's answer got lost it
/// is asked again, which changes nothing if it had done it; if it stays away the outcome is open, and the next write finds it out by its ETag.
/// </remarks>
internal interface IStateStore
{
    Task<StoredRecord?> ReadAsync(RecordKey key);

    /// <param name="key">Whose record.</param>
    /// <param name="record">Takes the place of what is there.</param>
    /// <param name="expectedETag">Of the record that is there, or null if there is none.</param>
    /// <returns>False if another record is there; nothing was changed.</returns>
    Task<bool> WriteAsync(RecordKey key, StoredRecord record, string? expectedETag);

    /// <returns>False if another record is there, or none; nothing was changed.</returns>
    Task<bool> DeleteAsync(RecordKey key, string expectedETag);

    /// <summary>Keys of the grains with <see cref="StoredRecord.IsUnfinished"/>, the longest waiting first.</summary>
    Task<IReadOnlyList<string>> ListUnfinishedAsync(string stateName, int limit, CancellationToken cancellationToken);

    /// <summary>Which of some texts are anywhere in the records of the grains whose key begins with a prefix. Reads all of them.</summary>
    /// <param name="stateName">Which of a grain's states.</param>
    /// <param name="keyPrefix">Such as <c>tenant/</c>.</param>
    /// <param name="texts">ASCII without what JSON escapes.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    Task<IReadOnlySet<string>> FindMentionedAsync(string stateName, string keyPrefix, IReadOnlyCollection<string> texts, CancellationToken cancellationToken);

    /// <summary>
    /// Returns when what was deleted or replaced before is not in the store's files any more, where they are ours; a server's are its
    /// operator's.
    /// </summary>
    Task ScrubAsync();
}

/// <param name="StateName">Which of a grain's states, such as <c>dialogue</c>.</param>
/// <param name="GrainKey">The grain's key without its type.</param>
internal readonly record struct RecordKey(string StateName, string GrainKey);

/// <param name="ETag">Another one with every write.</param>
/// <param name="Format">How <paramref name="State"/> is to be read; see <see cref="StateFormat"/>. The same in every store, so that records can be moved.</param>
/// <param name="IsUnfinished">Work on it was promised and is not done.</param>
/// <param name="UpdatedAt">Unix time in milliseconds, by the clock of the silo that wrote it.</param>
/// <param name="State">Owned by whoever gets it.</param>
internal sealed record StoredRecord(string ETag, int Format, bool IsUnfinished, long UpdatedAt, byte[] State);
