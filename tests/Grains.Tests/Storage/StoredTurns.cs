using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.ServiceDefaults.Storage;
using Orleans.Runtime;

namespace MultiModalMesh.Grains.Tests.Storage;

/// <summary>Looks into a data folder that nobody is at work in.</summary>
internal sealed class StoredTurns(string folder)
{
    public async Task<int> CountTokensAsync(string key)
    {
        await using var storage = new SqliteGrainStorage(Options.Create(new DataOptions { Path = folder }), TimeProvider.System);
        var state = new GrainState<DialogueState>();
        await storage.ReadStateAsync(DialogueGrain.StateName, GrainId.Create("dialogue", key), state);
        return state.State!.Turns.Sum(turn => turn.TokenIds.Length);
    }
}
