using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Storage.Sqlite;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Grains.Tests.Storage;

/// <summary>Looks into a data folder that nobody is at work in.</summary>
internal sealed class StoredTurns(string folder)
{
    public async Task<int> CountTokensAsync(string key)
    {
        await using var store = new SqliteStateStore(Options.Create(new DataOptions { Path = folder }));
        var stored = new RecordKey(DialogueGrain.StateName, key);
        var state = StateFormat.Parse<DialogueState>((await store.ReadAsync(stored))!, stored);
        return state.Turns.Sum(turn => turn.TokenIds.Length);
    }
}
