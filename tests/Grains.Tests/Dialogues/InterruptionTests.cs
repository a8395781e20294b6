using Grpc.Core;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Grains.Tests.Dialogues;

/// <summary>Workers and silos that go away in the middle.</summary>
public sealed class InterruptionTests
{
    private static readonly TurnOptions Dice = new() { Temperature = 1 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(7)]
    public async Task A_worker_that_dies_in_the_middle_costs_nothing_of_the_text(int diesBefore)
    {
        var deaths = 0;
        await using var mesh = await TestMesh.StartAsync(new FakeWorker
        {
            BeforeToken = (_, index, _) => index == diesBefore && Interlocked.Increment(ref deaths) <= 2
                ? throw new RpcException(new Status(StatusCode.Unavailable, "died")) : Task.CompletedTask,
        });
        var dialogue = mesh.Dialogue("d");
        var turn = await dialogue.PostAsync("text", options: Dice);

        var events = await dialogue.WatchAsync(turn.TurnId);

        Assert.Equal(3, deaths);
        Assert.Equal(TurnState.Done, events[^1].Ended!.State);
        Assert.Equal(mesh.Worker.WholeText(mesh.Worker.Asked.First()), events.Text());
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(one => one.Sequence));
        Assert.Equal([0, diesBefore, diesBefore], mesh.Worker.Asked.Select(asked => asked.PrefixTokenIds.Count));
    }

    [Fact]
    public async Task A_turn_waits_for_a_worker_and_fails_when_none_comes()
    {
        await using var mesh = await TestMesh.StartAsync(new FakeWorker { Offers = [] }, settings: new() { ["Dialogues:WorkerWait"] = "00:00:00.3" });
        var turn = await mesh.Dialogue("d").PostAsync("anyone?");

        var ended = await mesh.Dialogue("d").EndAsync(turn.TurnId);

        Assert.Equal((TurnState.Failed, "NO_WORKER"), (ended.State, ended.Error!.Reason));
    }

    [Fact]
    public async Task A_turn_that_waited_is_answered_when_a_worker_comes()
    {
        var worker = new FakeWorker();
        var offers = worker.Offers;
        worker.Offers = [];
        await using var mesh = await TestMesh.StartAsync(worker);
        var turn = await mesh.Dialogue("d").PostAsync("anyone?");
        worker.Offers = offers;

        Assert.Equal(TurnState.Done, (await mesh.Dialogue("d").EndAsync(turn.TurnId)).State);
    }

    [Fact]
    public async Task A_turn_acknowledged_before_a_crash_is_finished_by_the_next_process_without_being_asked()
    {
        // The first process never gets anywhere; its files are taken after the acknowledgement, as SIGKILL would leave them.
        await using var doomed = await TestMesh.StartAsync(new FakeWorker { BeforeToken = (_, _, token) => Task.Delay(Timeout.Infinite, token) });
        var turn = await doomed.Dialogue("d").PostAsync("promise", "r1", DiceOfTwo());
        var waiting = await doomed.Dialogue("d").PostAsync("second promise", "r2");
        var files = doomed.CopyFiles();
        while (doomed.Worker.Asked.IsEmpty)
        {
            await Task.Yield();
        }

        var answered = new TaskCompletionSource();
        await using var next = await TestMesh.StartAsync(
            new FakeWorker { BeforeToken = (request, index, _) => { if (index == 7 && request.Messages[^1].Text == "second promise") { answered.TrySetResult(); } return Task.CompletedTask; } },
            files);
        await answered.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        var events = await next.Dialogue("d").WatchAsync(turn.TurnId);
        Assert.Equal(TurnState.Done, events[^1].Ended!.State);
        Assert.Equal(next.Worker.WholeText(next.Worker.Asked.First()), events.Text());
        Assert.Equal(doomed.Worker.Asked.First().Sampling.Seed, next.Worker.Asked.First().Sampling.Seed);
        Assert.Equal(doomed.Worker.Asked.First().Constraint, next.Worker.Asked.First().Constraint);
        Assert.Equal(turn.TurnId, (await next.Dialogue("d").PostAsync("promise", "r1", DiceOfTwo())).TurnId);
        Assert.Equal(TurnState.Done, (await next.Dialogue("d").EndAsync(waiting.TurnId)).State);
        Assert.Equal("d", Assert.Single((await next.User().ListDialoguesAsync(10, "")).Dialogues).DialogueId);
        Assert.Empty(await next.Storage.ListUnfinishedAsync("dialogue", 10, Cancellation));

        static TurnOptions DiceOfTwo() => Dice with { Format = new AnswerFormat { Choices = ["red", "blue"] } };
    }

    [Fact]
    public async Task A_reader_that_saw_some_of_a_lost_run_goes_on_where_it_was()
    {
        await using var doomed = await TestMesh.StartAsync(new FakeWorker { BeforeToken = (_, index, token) => index == 6 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask });
        var turn = await doomed.Dialogue("d").PostAsync("long", options: Dice);
        List<TurnEvent> seen = [];
        await foreach (var one in doomed.Dialogue("d").WatchTurnAsync(turn.TurnId, 0, Cancellation))
        {
            seen.Add(one);
            if (seen.Count == 5)
            {
                break;
            }
        }

        await using var next = await TestMesh.StartAsync(folder: doomed.CopyFiles());
        var rest = await next.Dialogue("d").WatchAsync(turn.TurnId, seen.Count);

        Assert.Equal(6, rest[0].Sequence);
        Assert.Equal(rest[^1].Ended!.Answer, seen.Text() + rest.Text());
    }

    [Fact]
    public async Task A_long_answer_is_gone_on_with_from_its_last_checkpoint()
    {
        await using var doomed = await TestMesh.StartAsync(
            new FakeWorker { BeforeToken = (_, index, token) => index == 6 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask },
            settings: new() { ["Dialogues:CheckpointInterval"] = "00:00:00.000001" });
        var turn = await doomed.Dialogue("d").PostAsync("long", options: Dice);
        await foreach (var one in doomed.Dialogue("d").WatchTurnAsync(turn.TurnId, 4, Cancellation))
        {
            break;
        }

        // The last token before the stop was the sixth; its checkpoint is the last write.
        string files;
        while (true)
        {
            files = doomed.CopyFiles();
            var storage = new Storage.StoredTurns(files);
            if (await storage.CountTokensAsync("default/default/d") == 6)
            {
                break;
            }
        }

        await using var next = await TestMesh.StartAsync(folder: files);
        var events = await next.Dialogue("d").WatchAsync(turn.TurnId);

        Assert.Equal(6, next.Worker.Asked.Single().PrefixTokenIds.Count);
        Assert.Equal(next.Worker.WholeText(next.Worker.Asked.Single()), events.Text());
    }

    [Fact]
    public async Task A_host_that_stops_in_good_order_leaves_the_turn_for_the_next_one()
    {
        var folder = Directory.CreateTempSubdirectory("stop-");
        string turnId;
        await using (var first = await TestMesh.StartAsync(new FakeWorker { BeforeToken = (_, _, token) => Task.Delay(Timeout.Infinite, token) }, folder.FullName))
        {
            turnId = (await first.Dialogue("d").PostAsync("later")).TurnId;
            while (first.Worker.Asked.IsEmpty)
            {
                await Task.Yield();
            }
        }

        await using (var second = await TestMesh.StartAsync(folder: folder.FullName))
        {
            Assert.Equal(TurnState.Done, (await second.Dialogue("d").EndAsync(turnId)).State);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_reader_is_sent_on_as_soon_as_its_silo_is_told_to_stop()
    {
        await using var mesh = await TestMesh.StartAsync(new FakeWorker { BeforeToken = (_, _, token) => Task.Delay(Timeout.Infinite, token) });
        var turn = await mesh.Dialogue("d").PostAsync("later");
        var watching = mesh.Dialogue("d").WatchAsync(turn.TurnId);
        while (mesh.Worker.Asked.IsEmpty)
        {
            await Task.Yield();
        }

        mesh.App.Lifetime.StopApplication();

        var error = await Assert.ThrowsAsync<DialogueException>(() => watching);
        Assert.Equal(ErrorReason.PeerUnavailable.Code, error.Reason);
    }
}
