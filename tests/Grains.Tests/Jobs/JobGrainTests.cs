using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Jobs;
using MultiModalMesh.Grains.Operations;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.ServiceDefaults.Errors;

namespace MultiModalMesh.Grains.Tests.Jobs;

public sealed class JobGrainTests : IAsyncLifetime
{
    private TestMesh _mesh = null!;

    private FakeWorker Worker => _mesh.Worker;

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync(settings: new() { ["Jobs:CheckpointInterval"] = "00:00:00.02", ["Dialogues:SweepInterval"] = "00:00:00.2" });

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Every_item_gets_one_result_and_results_are_numbered_without_gaps()
    {
        var job = await _mesh.Job("all").SubmitAsync(JobClient.Command("all", 300));
        var results = await _mesh.Job("all").ReadAllAsync();

        Assert.Equal((JobState.Running, Skill.Answer, 300), (job.State, job.Skill, job.Total));
        Assert.Equal(Enumerable.Range(1, 300), results.Select(result => result.Number));
        Assert.Equal(Enumerable.Range(0, 300), results.Select(result => result.Index).Order());
        Assert.All(results, result => Assert.Equal(
            ($"item-{result.Index}", JobClient.ImageOf("all", result.Index), Worker.WholeText(Worker.Asked.Single(asked => asked.Messages[0].Text == result.Item.Text)), "tiny@1"),
            (result.Item.Id, result.Item.ImageId, result.Answer, result.Model)));
        Assert.All(Worker.Asked, asked => Assert.Equal((Priority.Bulk, "default"), (asked.Priority, asked.Tenant)));
        var ended = (await _mesh.Job("all").GetAsync())!;
        Assert.Equal((JobState.Done, 300, 0, 0), (ended.State, ended.Done, ended.Failed, ended.Running));
        Assert.NotNull(ended.EndedAt);
    }

    [Fact]
    public async Task A_reader_goes_on_behind_any_number()
    {
        await _mesh.Job("pages").SubmitAsync(JobClient.Command("pages", ResultLog.PageSize + 10));
        var all = await _mesh.Job("pages").ReadAllAsync();

        foreach (var after in (int[])[0, 1, ResultLog.PageSize - 1, ResultLog.PageSize, all.Count - 1, all.Count, all.Count + 5])
        {
            Assert.Equal(all.Skip(after), await _mesh.Job("pages").ReadAllAsync(after));
        }
    }

    [Fact]
    public async Task An_item_that_fails_has_a_typed_error_and_the_others_their_answers()
    {
        Worker.BeforeToken = (request, _, _) => request.Messages[0].Text == "some-3-"
            ? throw new MeshException(ErrorReason.ImageNotFound, "no such picture").ToRpcException()
            : Task.CompletedTask;
        await _mesh.Job("some").SubmitAsync(JobClient.Command("some", 10));
        var results = await _mesh.Job("some").ReadAllAsync();

        var failed = Assert.Single(results, result => result.Error is not null);
        Assert.Equal((3, ErrorReason.ImageNotFound.Code, ""), (failed.Index, failed.Error!.Reason, failed.Answer));
        var ended = (await _mesh.Job("some").GetAsync())!;
        Assert.Equal((JobState.Done, 9, 1), (ended.State, ended.Done, ended.Failed));
    }

    [Fact]
    public async Task The_mesh_at_a_glance_shows_how_far_the_jobs_are_that_are_worked_on()
    {
        var held = new TaskCompletionSource();
        Worker.BeforeToken = (request, _, token) => request.Messages[0].Text switch
        {
            "seen-4-" => held.Task.WaitAsync(token),
            "seen-3-" => throw new MeshException(ErrorReason.ImageNotFound, "no such picture").ToRpcException(),
            _ => Task.CompletedTask,
        };
        await _mesh.Job("seen").SubmitAsync(JobClient.Command("seen", 5));

        var jobs = await SeenAsync(jobs => jobs is { ItemsDone: 3, ItemsFailed: 1 }, "all items but one to have results");
        Assert.Equal((1, 5L), (jobs.Active, jobs.ItemsTotal));
        Assert.True(jobs.ItemsPerSecond > 0, $"{jobs}");

        held.SetResult();
        Assert.Equal(5, (await _mesh.Job("seen").ReadAllAsync()).Count);
        Assert.Equal(new JobsView(0, 0, 0, 0, 0), await SeenAsync(jobs => jobs.Active == 0, "no job to be worked on"));

        Task<JobsView> SeenAsync(Predicate<JobsView> isSo, string what) =>
            JobClient.PollAsync(async () => (await _mesh.Grains.GetGrain<IClusterGrain>(0).DescribeAsync()).Jobs!, isSo, what);
    }

    [Fact]
    public async Task An_item_that_no_worker_has_room_for_is_tried_again()
    {
        var refusals = 0;
        Worker.BeforeToken = (request, index, _) => index == 0 && request.Messages[0].Text == "busy-1-" && Interlocked.Increment(ref refusals) <= 4
            ? throw new MeshException(ErrorReason.Overloaded, "full") { RetryAfter = TimeSpan.FromMilliseconds(20) }.ToRpcException()
            : Task.CompletedTask;
        await _mesh.Job("busy").SubmitAsync(JobClient.Command("busy", 3));
        var results = await _mesh.Job("busy").ReadAllAsync();

        Assert.All(results, result => Assert.Null(result.Error));
        Assert.Equal(5, refusals);
    }

    [Fact]
    public async Task The_same_request_is_the_same_job_and_another_one_is_refused()
    {
        var first = await _mesh.Job("once").SubmitAsync(JobClient.Command("once", 5));
        var second = await _mesh.Job("once").SubmitAsync(JobClient.Command("once", 5));
        await _mesh.Job("once").ReadAllAsync();
        var error = await Assert.ThrowsAsync<DialogueException>(() => _mesh.Job("once").SubmitAsync(JobClient.Command("once", 6)));

        Assert.Equal((first.JobId, first.CreatedAt), (second.JobId, second.CreatedAt));
        Assert.Equal((ErrorReason.RequestIdReused.Code, "request_id"), (error.Reason, error.Field));
        Assert.Equal(5, Worker.Asked.Count);
        Assert.Equal((first.JobId, JobState.Done), Assert.Single((await _mesh.Jobs().ListJobsAsync(10, "")).Jobs) is var listed ? (listed.JobId, listed.State) : default);
    }

    [Fact]
    public async Task A_cancelled_job_keeps_what_it_has_and_does_no_more()
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Worker.BeforeToken = async (request, _, token) =>
        {
            if (request.Messages[0].Text.EndsWith("-20-", StringComparison.Ordinal))
            {
                began.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            }
        };
        await _mesh.Job("stop").SubmitAsync(JobClient.Command("stop", 500));
        await began.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await JobClient.PollAsync(() => _mesh.Job("stop").GetAsync(), job => job!.Done > 0, "a result");

        var cancelled = await _mesh.Job("stop").CancelAsync();

        var results = await _mesh.Job("stop").ReadAllAsync();
        Assert.Equal((JobState.Cancelled, results.Count, 0), (cancelled.State, cancelled.Done, cancelled.Running));
        Assert.InRange(results.Count, 1, 499);
        Assert.DoesNotContain(results, result => result.Index == 20);
        Assert.Equal(cancelled, await _mesh.Job("stop").CancelAsync());
    }

    [Fact]
    public async Task After_a_crash_what_has_a_result_keeps_it_and_what_has_none_is_done_again()
    {
        var gate = new TaskCompletionSource();
        Worker.BeforeToken = (request, _, token) => int.Parse(request.Messages[0].Text.Split('-')[1], null) >= 150 ? gate.Task.WaitAsync(token) : Task.CompletedTask;
        await _mesh.Job("crash").SubmitAsync(JobClient.Command("crash", 200, new TurnOptions { Temperature = 1 }));
        await JobClient.PollAsync(() => _mesh.Job("crash").GetAsync(), job => job!.Done == 150, "150 results");
        var before = (await _mesh.Job("crash").ReadResultsAsync(0, TimeSpan.Zero)).Results;

        // As a crash leaves it: nobody said goodbye, and nobody asks.
        await using var next = await TestMesh.StartAsync(folder: _mesh.CopyFiles());
        var all = await next.Job("crash").ReadAllAsync();

        Assert.Equal(before, all.Take(before.Count));
        Assert.Equal(Enumerable.Range(0, 200), all.Select(result => result.Index).Order());
        Assert.Equal(Enumerable.Range(150, 50), next.Worker.Asked.Select(asked => int.Parse(asked.Messages[0].Text.Split('-')[1], null)).Order());
        Assert.Single(Worker.Asked.Concat(next.Worker.Asked).Select(asked => asked.Sampling.Seed).Distinct());
    }

    [Fact]
    public async Task Results_are_written_page_by_page()
    {
        await _mesh.Job("bounded").SubmitAsync(JobClient.Command("bounded", (2 * ResultLog.PageSize) + 1));
        await _mesh.Job("bounded").ReadAllAsync();

        var key = new JobKey("default", "default", JobKey.IdOf("bounded"));
        for (var page = 0; page < 3; page++)
        {
            var record = await _mesh.Storage.ReadAsync(new RecordKey(ResultLog.StateName, $"{key}/{page}"));
            Assert.Equal(page < 2 ? ResultLog.PageSize : 1, StateFormat.Parse<ResultPage>(record!, default).Results.Count);
        }

        Assert.InRange((await _mesh.Storage.ReadAsync(new RecordKey(JobGrain.StateName, key.ToString())))!.State.Length, 1, 1000);
    }

    [Fact]
    public async Task What_a_broken_submission_left_is_taken_away()
    {
        var key = new JobKey("default", "default", JobKey.IdOf("broken"));
        using (var header = new DurableState<JobHeader>(_mesh.Storage, new RecordKey(JobGrain.StateName, key.ToString()), TimeProvider.System))
        using (var items = new DurableState<JobItems>(_mesh.Storage, new RecordKey(JobItems.StateName, key.ToString()), TimeProvider.System))
        {
            await header.CommitAsync(_ => new JobHeader { Phase = JobPhase.Receiving, RequestId = "broken", Total = 4 });
            await items.CommitAsync(_ => JobItems.Of(JobClient.Command("broken", 4)));
        }

        await JobClient.PollAsync(() => _mesh.Storage.ReadAsync(new RecordKey(JobGrain.StateName, key.ToString())), record => record is null, "the record to be gone");
        Assert.Null(await _mesh.Storage.ReadAsync(new RecordKey(JobItems.StateName, key.ToString())));
        Assert.Null(await _mesh.Job("broken").GetAsync());
        await _mesh.Job("broken").SubmitAsync(JobClient.Command("broken", 4));
        Assert.Equal(4, (await _mesh.Job("broken").ReadAllAsync()).Count);
    }

    [Theory]
    [InlineData(0, "items")]
    [InlineData(JobLimits.Items + 1, "items")]
    public async Task A_job_of_too_few_or_too_many_items_is_refused(int items, string field)
    {
        var error = await Assert.ThrowsAsync<DialogueException>(() => _mesh.Job("size").SubmitAsync(JobClient.Command("size", items)));

        Assert.Equal((ErrorReason.InvalidRequest.Code, field), (error.Reason, error.Field));
    }

    [Fact]
    public async Task A_job_for_a_model_that_nobody_has_is_refused_before_anything_is_stored()
    {
        var error = await Assert.ThrowsAsync<DialogueException>(() => _mesh.Job("model").SubmitAsync(JobClient.Command("model", 3, new TurnOptions { Model = "none" })));

        Assert.Equal(ErrorReason.ModelNotFound.Code, error.Reason);
        Assert.Null(await _mesh.Job("model").GetAsync());
        Assert.Empty((await _mesh.Jobs().ListJobsAsync(10, "")).Jobs);
    }
}
