using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage;

namespace MultiModalMesh.Grains.Tests.Users;

public sealed class UserGrainTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("user-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Turns_of_a_known_dialogue_are_shown_at_once_and_written_together_when_the_silo_stops()
    {
        var key = new RecordKey("user", "default/default");
        await using (var mesh = await TestMesh.StartAsync(folder: _folder.FullName))
        {
            await AskAsync(mesh);
            var first = await mesh.Storage.ReadAsync(key);
            await AskAsync(mesh);
            await AskAsync(mesh);

            Assert.Equal(3, await CountAsync(mesh));
            Assert.Equal(first!.ETag, (await mesh.Storage.ReadAsync(key))!.ETag);
        }

        await using var next = await TestMesh.StartAsync(folder: _folder.FullName);
        Assert.Equal(3, await CountAsync(next));
    }

    [Fact]
    public async Task Many_new_dialogues_at_once_are_all_durable_when_their_posts_are_acknowledged()
    {
        await using var mesh = await TestMesh.StartAsync(folder: _folder.FullName);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => mesh.Dialogue($"d{i}").PostAsync("hello")));

        await using var next = await TestMesh.StartAsync(folder: mesh.CopyFiles());
        var listed = await next.User().ListDialoguesAsync(200, "");

        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"d{i}").Order(StringComparer.Ordinal), listed.Dialogues.Select(one => one.DialogueId).Order(StringComparer.Ordinal));
    }

    private static async Task AskAsync(TestMesh mesh)
    {
        var turn = await mesh.Dialogue("d").PostAsync("hello");
        Assert.Equal(TurnState.Done, (await mesh.Dialogue("d").EndAsync(turn.TurnId)).State);
    }

    private static async Task<int> CountAsync(TestMesh mesh) => Assert.Single((await mesh.User().ListDialoguesAsync(10, "")).Dialogues).TurnCount;
}
