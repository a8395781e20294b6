using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Images;

namespace MultiModalMesh.Grains.Tests.Dialogues;

/// <summary>After a deletion the bytes are gone: from the records, from the store's files and from the picture store.</summary>
public sealed class ErasureTests : IAsyncLifetime
{
    private const string Secret = "marker-in-the-question";
    private static readonly byte[] Picture = [.. "marker-in-the-picture"u8];

    private TestMesh _mesh = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IImageStore Images => _mesh.App.Services.GetRequiredService<IImageStore>();

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync(settings: new() { ["Dialogues:SweepInterval"] = "00:00:00.1" });

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Nothing_of_a_deleted_dialogue_is_in_any_file()
    {
        var id = await StoreAsync();
        await SayAsync("kept", "something else");
        await SayAsync("secret", Secret, id);
        Assert.NotEmpty(FilesWith(Encoding.UTF8.GetBytes(Secret)));
        Assert.NotEmpty(FilesWith(Picture));

        await _mesh.Dialogue("secret").DeleteAsync();

        await UntilErasedAsync("secret");
        Assert.Empty(FilesWith(Encoding.UTF8.GetBytes(Secret)));
        Assert.Empty(FilesWith(Picture));
        Assert.NotEmpty(FilesWith("something else"u8));
        Assert.Equal("something else", (await _mesh.Dialogue("kept").GetAsync())!.Turns[0].Text);
    }

    [Fact]
    public async Task A_large_dialogue_that_was_written_many_times_is_gone_as_well()
    {
        for (var turn = 0; turn < 20; turn++)
        {
            await SayAsync("secret", string.Concat(Enumerable.Repeat($"{Secret}-{turn} ", 100)));
        }

        await _mesh.Dialogue("secret").DeleteAsync();

        await UntilErasedAsync("secret");
        Assert.Empty(FilesWith(Encoding.UTF8.GetBytes(Secret)));
    }

    [Fact]
    public async Task A_picture_that_another_users_dialogue_has_stays_until_that_one_is_deleted_too()
    {
        var id = await StoreAsync();
        await SayAsync("first", "a", id);
        await (await SayAsAsync("another", "second", "b", id)).DeleteAsync();
        await UntilErasedAsync("second", "another");
        Assert.True(await Images.ExistsAsync("default", id, Cancellation));

        await _mesh.Dialogue("first").DeleteAsync();

        await UntilErasedAsync("first");
        Assert.False(await Images.ExistsAsync("default", id, Cancellation));
    }

    [Fact]
    public async Task Two_dialogues_deleted_at_once_do_not_keep_their_picture_for_each_other()
    {
        var id = await StoreAsync();
        await SayAsync("first", "a", id);
        await SayAsync("second", "b", id);

        await Task.WhenAll(_mesh.Dialogue("first").DeleteAsync(), _mesh.Dialogue("second").DeleteAsync());

        await UntilErasedAsync("first");
        await UntilErasedAsync("second");
        Assert.False(await Images.ExistsAsync("default", id, Cancellation));
    }

    [Fact]
    public async Task A_picture_that_an_item_of_a_collection_has_stays()
    {
        var id = await StoreAsync();
        _mesh.Worker.UsedImages = request => request.Tenant == "default" ? request.ImageIds : [];
        await SayAsync("secret", Secret, id);

        await _mesh.Dialogue("secret").DeleteAsync();

        await UntilErasedAsync("secret");
        Assert.True(await Images.ExistsAsync("default", id, Cancellation));
        Assert.Empty(FilesWith(Encoding.UTF8.GetBytes(Secret)));
    }

    [Fact]
    public async Task While_nobody_can_say_what_collections_use_the_picture_stays_and_the_next_process_goes_on()
    {
        var id = await StoreAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _mesh.Worker.UsedImages = _ =>
        {
            asked.TrySetResult();
            throw new MeshException(ErrorReason.StorageFailed, "not now");
        };
        await SayAsync("secret", Secret, id);
        await _mesh.Dialogue("secret").DeleteAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.Null(await _mesh.Dialogue("secret").GetAsync());
        Assert.True(await Images.ExistsAsync("default", id, Cancellation));
        await using var next = await TestMesh.StartAsync(folder: _mesh.CopyFiles());
        await UntilErasedAsync("secret", mesh: next);
        Assert.False(await next.App.Services.GetRequiredService<IImageStore>().ExistsAsync("default", id, Cancellation));
    }

    [Fact]
    public async Task A_dialogue_begun_anew_under_the_same_name_keeps_its_turns_and_its_picture()
    {
        var id = await StoreAsync();
        await SayAsync("secret", Secret, id);
        var erasing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var go = new ManualResetEventSlim();
        _mesh.Worker.UsedImages = _ =>
        {
            erasing.TrySetResult();
            go.Wait(TimeSpan.FromSeconds(60), Cancellation);
            return [];
        };
        await _mesh.Dialogue("secret").DeleteAsync();
        await erasing.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        var turn = await _mesh.Dialogue("secret").PostAsync("anew");
        go.Set();

        Assert.Equal(TurnState.Done, (await _mesh.Dialogue("secret").EndAsync(turn.TurnId)).State);
        Assert.Equal("anew", Assert.Single((await _mesh.Dialogue("secret").GetAsync())!.Turns).Text);
        Assert.Contains((await _mesh.User().ListDialoguesAsync(200, "")).Dialogues, one => one.DialogueId == "secret");
        Assert.Empty(FilesWith(Encoding.UTF8.GetBytes(Secret)));
    }

    [Fact]
    public async Task An_idle_dialogue_is_compacted_and_read_in_one_piece()
    {
        var dialogue = await SayAsync("idle", "hello");
        var whole = (await dialogue.GetAsync())!.Turns[0];
        var before = (await _mesh.Storage.ReadAsync(new RecordKey(DialogueGrain.StateName, "default/default/idle")))!.State.Length;

        await _mesh.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancellation);

        var state = await PollAsync(
            async () => (await _mesh.Storage.ReadAsync(new RecordKey(DialogueGrain.StateName, "default/default/idle")))!.State,
            state => state.Length < before,
            "the record to become smaller");
        Assert.DoesNotContain("tokenIds\":[1", Encoding.UTF8.GetString(state), StringComparison.Ordinal);
        var events = await dialogue.WatchAsync(whole.TurnId);
        Assert.Equal(2, events.Count);
        Assert.Equal(whole.Answer, events.Text());
        Assert.Equal(whole.Answer, events[^1].Ended!.Answer);
    }

    private async Task<string> StoreAsync() => (await Images.PutAsync("default", Picture.AsMemory(), Cancellation)).Id;

    private Task<IDialogueGrain> SayAsync(string dialogue, string text, params string[] images) => SayAsAsync("default", dialogue, text, images);

    private async Task<IDialogueGrain> SayAsAsync(string user, string dialogue, string text, params string[] images)
    {
        var grain = _mesh.Dialogue(dialogue, user);
        await grain.EndAsync((await grain.PostAsync(text, images: images)).TurnId);
        return grain;
    }

    private Task<StoredRecord?> UntilErasedAsync(string dialogue, string user = "default", TestMesh? mesh = null) => PollAsync(
        () => (mesh ?? _mesh).Storage.ReadAsync(new RecordKey(DialogueGrain.StateName, $"default/{user}/{dialogue}")),
        record => record is null,
        $"the record of '{dialogue}' to be gone");

    private static async Task<T> PollAsync<T>(Func<Task<T>> look, Predicate<T> isSo, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (isSo(seen))
            {
                return seen;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60), $"Waited a minute for {what}; seen: {seen}");
            await Task.Delay(20, Cancellation);
        }
    }

    private List<string> FilesWith(ReadOnlySpan<byte> marker)
    {
        List<string> found = [];
        foreach (var file in Directory.EnumerateFiles(_mesh.Folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            if (content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(marker) >= 0)
            {
                found.Add(file);
            }
        }

        return found;
    }
}
