using System.Text.Json;
using MultiModalMesh.FunctionalTests.Processes;

namespace MultiModalMesh.FunctionalTests.Dialogues;

/// <summary>The promise: an acknowledged turn is never lost, doubled or stuck, whatever dies.</summary>
public sealed class DurabilityTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_turn_that_was_acknowledged_before_SIGKILL_is_answered_after_the_restart()
    {
        using var data = new TemporaryFolder();
        var picture = Scenes.Get(1).Png();
        string expected;
        await using (var mesh = await RunningMesh.StartAsync(data.Path, Cancellation))
        {
            var client = new DialogueClient(mesh.Client);
            var image = await client.UploadAsync(picture, Cancellation);
            expected = await client.AskAsync("undisturbed", "", [image], Cancellation);

            await client.PostTurnAsync("killed", "r1", "", [image], Cancellation);
            await mesh.Process.KillAsync();
        }

        await using var again = await RunningMesh.StartAsync(data.Path, Cancellation);
        var dialogues = new DialogueClient(again.Client);

        // Posting the same request again is how a client finds out; it must not make a second turn.
        var turnId = await dialogues.PostTurnAsync("killed", "r1", "", [await dialogues.UploadAsync(picture, Cancellation)], Cancellation);
        var ended = default(JsonElement);
        await foreach (var item in dialogues.WatchAsync("killed", turnId, Cancellation))
        {
            if (item.EventType is "done" or "error")
            {
                ended = JsonSerializer.Deserialize<JsonElement>(item.Data);
            }
        }

        Assert.Equal(expected, ended.GetProperty("turn").GetProperty("answer").GetString());
        var dialogue = await dialogues.GetAsync("killed", Cancellation);
        Assert.Equal(1, dialogue.GetProperty("turns").GetArrayLength());
    }

    [Fact]
    public async Task An_acknowledged_turn_is_finished_after_the_restart_although_nobody_asks()
    {
        using var data = new TemporaryFolder();
        await using (var mesh = await RunningMesh.StartAsync(data.Path, Cancellation))
        {
            var client = new DialogueClient(mesh.Client);
            var image = await client.UploadAsync(Scenes.Get(2).Png(), Cancellation);
            await client.PostTurnAsync("alone", "r1", "", [image], Cancellation);
            await mesh.Process.KillAsync();
        }

        await using var again = await RunningMesh.StartAsync(data.Path, Cancellation);
        var dialogues = new DialogueClient(again.Client);
        await Poll.UntilAsync(
            async () => (await dialogues.GetAsync("alone", Cancellation)).GetProperty("turns")[0].GetProperty("state").GetString(),
            state => state == "done",
            "the turn to be done",
            Cancellation);
    }

    [Fact]
    public async Task A_finished_dialogue_reads_the_same_after_SIGKILL()
    {
        using var data = new TemporaryFolder();
        string before;
        await using (var mesh = await RunningMesh.StartAsync(data.Path, Cancellation))
        {
            var client = new DialogueClient(mesh.Client);
            var image = await client.UploadAsync(Scenes.Get(3).Png(), Cancellation);
            await client.AskAsync("kept", "", [image], Cancellation);
            await client.AskAsync("kept", "What colour is the background?", [], Cancellation);
            before = (await client.GetAsync("kept", Cancellation)).GetRawText();
            await mesh.Process.KillAsync();
        }

        await using var again = await RunningMesh.StartAsync(data.Path, Cancellation);
        Assert.Equal(before, (await new DialogueClient(again.Client).GetAsync("kept", Cancellation)).GetRawText());
    }
}
