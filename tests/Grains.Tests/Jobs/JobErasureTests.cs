using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Jobs;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Images;

namespace MultiModalMesh.Grains.Tests.Jobs;

/// <summary>After a deletion the bytes are gone, be it asked for or because the job was kept long enough.</summary>
public sealed class JobErasureTests : IAsyncLifetime
{
    private const string Secret = "marker-in-the-job";

    private TestMesh _mesh = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IImageStore Images => _mesh.App.Services.GetRequiredService<IImageStore>();

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync(settings: new()
    {
        ["Dialogues:SweepInterval"] = "00:00:00.1",
        ["Jobs:CheckpointInterval"] = "00:00:00.02",
    });

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Nothing_of_a_deleted_job_is_in_any_file()
    {
        await SubmitAsync("secret", await StoreAsync("marker-in-the-picture"));
        await _mesh.Job("secret").ReadAllAsync();
        Assert.True(IsInFiles(Secret));
        Assert.True(IsInFiles("marker-in-the-picture"));

        await _mesh.Job("secret").DeleteAsync();

        await UntilErasedAsync("secret");
        Assert.False(IsInFiles(Secret));
        Assert.False(IsInFiles("marker-in-the-picture"));
        Assert.Empty((await _mesh.Jobs().ListJobsAsync(10, "")).Jobs);
        Assert.Null(await _mesh.Job("secret").GetAsync());
    }

    [Fact]
    public async Task A_picture_of_a_running_job_outlives_a_deleted_dialogue_and_another_deleted_job()
    {
        var id = await StoreAsync("shared");
        var gate = new TaskCompletionSource();
        _mesh.Worker.BeforeToken = (request, _, token) => request.Messages[0].Text == "running" ? gate.Task.WaitAsync(token) : Task.CompletedTask;
        await SubmitAsync("running", id, "running");
        await SubmitAsync("other", id);
        await _mesh.Job("other").ReadAllAsync();
        var dialogue = _mesh.Dialogue("one");
        await dialogue.EndAsync((await dialogue.PostAsync("hello", images: id)).TurnId);

        await _mesh.Job("other").DeleteAsync();
        await dialogue.DeleteAsync();

        await UntilErasedAsync("other");
        await JobClient.PollAsync(() => _mesh.Storage.ReadAsync(new RecordKey(DialogueGrain.StateName, "default/default/one")), record => record is null, "the dialogue to be erased");
        Assert.True(await Images.ExistsAsync("default", id, Cancellation));
        gate.SetResult();
        await _mesh.Job("running").ReadAllAsync();
        await _mesh.Job("running").DeleteAsync();
        await UntilErasedAsync("running");
        Assert.False(await Images.ExistsAsync("default", id, Cancellation));
    }

    [Fact]
    public async Task A_job_that_is_deleted_while_it_runs_stops()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _mesh.Worker.BeforeToken = async (_, _, token) =>
        {
            token.Register(() => ended.TrySetResult());
            began.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        };
        await SubmitAsync("endless", await StoreAsync("endless"));
        await began.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        await _mesh.Job("endless").DeleteAsync();

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        await UntilErasedAsync("endless");
    }

    [Fact]
    public async Task A_job_that_was_kept_long_enough_is_deleted_and_one_that_runs_is_not()
    {
        var gate = new TaskCompletionSource();
        _mesh.Worker.BeforeToken = (request, _, token) => request.Messages[0].Text == "running" ? gate.Task.WaitAsync(token) : Task.CompletedTask;
        await SubmitAsync("old", await StoreAsync("old"));
        await _mesh.Job("old").ReadAllAsync();
        await SubmitAsync("running", await StoreAsync("running"), "running");

        await using var next = await TestMesh.StartAsync(folder: _mesh.CopyFiles(), settings: new() { ["Jobs:Retention"] = "00:00:00.01", ["Dialogues:SweepInterval"] = "00:00:00.1" });

        // The next process does the running one to its end, and then deletes that as well.
        await UntilErasedAsync("old", next);
        await UntilErasedAsync("running", next);
        Assert.NotNull(await _mesh.Job("old").GetAsync());
        Assert.Contains(next.Worker.Asked, asked => asked.Messages[0].Text == "running");
        Assert.Empty(await next.Storage.ListUnfinishedAsync(JobExpiry.StateName, 10, Cancellation));
        Assert.False(await next.App.Services.GetRequiredService<IImageStore>().ExistsAsync("default", ImageId.Of("old"u8), Cancellation));
    }

    private async Task<string> StoreAsync(string content) => (await Images.PutAsync("default", Encoding.UTF8.GetBytes(content), Cancellation)).Id;

    private Task<JobView> SubmitAsync(string requestId, string image, string text = Secret) =>
        _mesh.Job(requestId).SubmitAsync(new SubmitJobCommand { RequestId = requestId, Text = text, Items = [new JobItem("", image, "")] });

    private Task<StoredRecord?> UntilErasedAsync(string requestId, TestMesh? mesh = null) => JobClient.PollAsync(
        () => (mesh ?? _mesh).Storage.ReadAsync(new RecordKey(JobGrain.StateName, $"default/default/{JobKey.IdOf(requestId)}")),
        record => record is null,
        $"the job '{requestId}' to be erased");

    private bool IsInFiles(string marker) => Directory.EnumerateFiles(_mesh.Folder, "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
        .Any(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(Encoding.UTF8.GetBytes(marker)) >= 0;
        });
}
