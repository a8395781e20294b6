using Microsoft.Extensions.Options;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Grains.Tests.Dialogues;

public sealed class SharedMesh : IAsyncLifetime
{
    public TestMesh Mesh { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Mesh = await TestMesh.StartAsync();

    public ValueTask DisposeAsync() => Mesh.DisposeAsync();
}

public sealed class DialogueGrainTests(SharedMesh shared) : IClassFixture<SharedMesh>
{
    private readonly string _id = $"d{Guid.NewGuid():N}";

    private TestMesh Mesh => shared.Mesh;

    private IDialogueGrain Dialogue => Mesh.Dialogue(_id);

    private List<GenerateRequest> Asked => [.. Mesh.Worker.Asked.Where(asked => asked.CacheKey.EndsWith(_id, StringComparison.Ordinal))];

    [Fact]
    public async Task A_turn_is_answered_and_its_events_are_numbered_without_gaps()
    {
        var turn = await Dialogue.PostAsync("hello");
        var events = await Dialogue.WatchAsync(turn.TurnId);

        Assert.Equal(TurnState.Pending, turn.State);
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(one => one.Sequence));
        var ended = events[^1].Ended!;
        Assert.Equal((TurnState.Done, Skill.Chat, "tiny@1"), (ended.State, ended.Skill, ended.Model));
        Assert.Equal(new TurnUsage(1, 0, Mesh.Worker.Tokens), ended.Usage);
        Assert.Equal(Mesh.Worker.WholeText(Asked.Single()), ended.Answer);
        Assert.Equal(ended.Answer, events.Text());
        Assert.All(events.SkipLast(1), one => Assert.NotEmpty(one.TextDelta));
    }

    [Fact]
    public async Task A_reader_goes_on_behind_any_number_and_sees_neither_gap_nor_double()
    {
        var turn = await Dialogue.PostAsync("again");
        var all = await Dialogue.WatchAsync(turn.TurnId);

        for (var after = 0; after <= all.Count; after++)
        {
            Assert.Equal(all.Skip(after).Select(one => (one.Sequence, one.TextDelta)), (await Dialogue.WatchAsync(turn.TurnId, after)).Select(one => (one.Sequence, one.TextDelta)));
        }
    }

    [Fact]
    public async Task The_same_request_id_is_the_same_turn_and_is_worked_on_once()
    {
        var first = await Dialogue.PostAsync("once", "r1");
        var second = await Dialogue.PostAsync("once", "r1");
        await Dialogue.EndAsync(first.TurnId);
        var third = await Dialogue.PostAsync("once", "r1");

        Assert.Equal((first.TurnId, first.TurnId), (second.TurnId, third.TurnId));
        Assert.Equal(TurnState.Done, third.State);
        Assert.Single((await Dialogue.GetAsync())!.Turns);
        Assert.Single(Asked);
    }

    [Fact]
    public async Task The_same_request_id_with_other_content_is_refused()
    {
        await Dialogue.PostAsync("one thing", "r1");

        var error = await Assert.ThrowsAsync<DialogueException>(() => Dialogue.PostAsync("another", "r1"));

        Assert.Equal((ErrorReason.RequestIdReused.Code, "request_id"), (error.Reason, error.Field));
    }

    [Fact]
    public async Task Two_turns_are_answered_in_order_and_the_second_knows_the_first()
    {
        var gate = new TaskCompletionSource();
        Mesh.Worker.BeforeToken = (request, _, token) => request.CacheKey.EndsWith(_id, StringComparison.Ordinal) ? gate.Task.WaitAsync(token) : Task.CompletedTask;
        var first = await Dialogue.PostAsync("first", images: "img_1");
        var second = await Dialogue.PostAsync("second");
        Assert.Equal(TurnState.Pending, (await Dialogue.GetAsync())!.Turns[1].State);
        gate.SetResult();

        var one = await Dialogue.EndAsync(first.TurnId);
        var two = await Dialogue.EndAsync(second.TurnId);

        Assert.Equal((Skill.Answer, Skill.Answer), (one.Skill, two.Skill));
        var prompt = Asked[1];
        Assert.Equal(["first", one.Answer, "second"], prompt.Messages.Select(message => message.Text));
        Assert.Equal([Message.Types.Role.User, Message.Types.Role.Assistant, Message.Types.Role.User], prompt.Messages.Select(message => message.Role));
        Assert.Equal(["img_1", null, null], prompt.Messages.Select(message => message.Images.SingleOrDefault()?.ImageId));
    }

    [Fact]
    public async Task Sampling_without_a_seed_gets_one_that_stays()
    {
        var turn = await Dialogue.PostAsync("dice", options: new TurnOptions { Temperature = 1 });
        await Dialogue.EndAsync(turn.TurnId);

        Assert.NotEqual(0, Asked.Single().Sampling.Seed);
    }

    [Fact]
    public async Task A_cancelled_turn_keeps_its_text_so_far_and_the_next_one_runs()
    {
        var reached = new TaskCompletionSource();
        Mesh.Worker.BeforeToken = async (request, index, token) =>
        {
            if (request.Messages[^1].Text == "long" && index == 3)
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            }
        };
        var turn = await Dialogue.PostAsync("long");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        // What was sent before is on its way: the third event is there when a reader has it.
        await foreach (var one in Dialogue.WatchTurnAsync(turn.TurnId, 2, TestContext.Current.CancellationToken))
        {
            Assert.Equal(3, one.Sequence);
            break;
        }

        var cancelled = await Dialogue.CancelTurnAsync(turn.TurnId);
        var next = await Dialogue.PostAsync("short");

        Assert.Equal(TurnState.Cancelled, cancelled.State);
        Assert.Equal("long0s0 long1s0 long2s0 ", cancelled.Answer);
        Assert.Equal(TurnState.Cancelled, (await Dialogue.EndAsync(turn.TurnId)).State);
        Assert.Equal(TurnState.Done, (await Dialogue.EndAsync(next.TurnId)).State);
        Assert.Equal(TurnState.Done, (await Dialogue.CancelTurnAsync(next.TurnId)).State);
    }

    [Fact]
    public async Task A_turn_that_waits_can_be_cancelled_and_is_never_asked()
    {
        var gate = new TaskCompletionSource();
        Mesh.Worker.BeforeToken = (request, _, token) => request.CacheKey.EndsWith(_id, StringComparison.Ordinal) ? gate.Task.WaitAsync(token) : Task.CompletedTask;
        var first = await Dialogue.PostAsync("runs");
        var second = await Dialogue.PostAsync("waits");

        Assert.Equal(TurnState.Cancelled, (await Dialogue.CancelTurnAsync(second.TurnId)).State);
        gate.SetResult();
        await Dialogue.EndAsync(first.TurnId);
        Assert.Equal(TurnState.Cancelled, (await Dialogue.EndAsync(second.TurnId)).State);
        Assert.Single(Asked);
    }

    [Fact]
    public async Task A_deleted_dialogue_is_gone_its_work_stops_and_its_name_can_begin_anew()
    {
        var stopped = new TaskCompletionSource();
        Mesh.Worker.BeforeToken = async (request, _, token) =>
        {
            if (request.Messages[^1].Text == "doomed")
            {
                token.Register(() => stopped.TrySetResult());
                await Task.Delay(Timeout.Infinite, token);
            }
        };
        var turn = await Dialogue.PostAsync("doomed");
        while (Asked.Count == 0)
        {
            await Task.Yield();
        }

        await Dialogue.DeleteAsync();
        await Dialogue.DeleteAsync();

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Null(await Dialogue.GetAsync());
        Assert.DoesNotContain((await Mesh.User().ListDialoguesAsync(200, "")).Dialogues, one => one.DialogueId == _id);
        var error = await Assert.ThrowsAsync<DialogueException>(() => Dialogue.WatchAsync(turn.TurnId));
        Assert.Equal(ErrorReason.TurnNotFound.Code, error.Reason);
        var again = await Dialogue.PostAsync("anew");
        Assert.Equal(TurnState.Done, (await Dialogue.EndAsync(again.TurnId)).State);
    }

    [Fact]
    public async Task A_new_dialogue_is_in_its_users_list_when_its_first_turn_is_acknowledged()
    {
        await Dialogue.PostAsync("What is   in the picture\nthat I drew yesterday evening in the dark, please?", images: "img_1");

        var summary = (await Mesh.User().ListDialoguesAsync(200, "")).Dialogues.Single(one => one.DialogueId == _id);
        Assert.Equal(("What is in the picture that I drew yesterday evening in the…", 1), (summary.Title, summary.TurnCount));
    }

    [Fact]
    public async Task A_failure_that_stays_is_the_turns_failure_at_once()
    {
        Mesh.Worker.BeforeToken = (request, _, _) => request.Messages[^1].Text == "bad"
            ? throw new MeshException(ErrorReason.PromptTooLong, "too long") : Task.CompletedTask;
        var turn = await Dialogue.PostAsync("bad");

        var ended = await Dialogue.EndAsync(turn.TurnId);

        Assert.Equal((TurnState.Failed, new TurnError("PROMPT_TOO_LONG", "too long")), (ended.State, ended.Error));
        Assert.Single(Asked);
    }

    [Fact]
    public async Task A_turn_without_anything_is_refused_with_its_field()
    {
        var error = await Assert.ThrowsAsync<DialogueException>(() => Dialogue.PostAsync(" "));

        Assert.Equal((ErrorReason.InvalidRequest.Code, "text"), (error.Reason, error.Field));
        Assert.Null(await Dialogue.GetAsync());
    }

    [Fact]
    public async Task A_dialogue_that_another_silo_wrote_meanwhile_is_not_overwritten_and_is_read_again()
    {
        await Dialogue.EndAsync((await Dialogue.PostAsync("mine")).TurnId);
        await WriteElsewhereAsync(dialogue => dialogue with { Title = "theirs" });

        var error = await Assert.ThrowsAsync<DialogueException>(() => Dialogue.PostAsync("again", "r2"));
        var turn = await Dialogue.PostAsync("again", "r2");

        Assert.Equal(ErrorReason.PeerUnavailable.Code, error.Reason);
        Assert.Equal(TurnState.Done, (await Dialogue.EndAsync(turn.TurnId)).State);
        var dialogue = (await Dialogue.GetAsync())!;
        Assert.Equal(("theirs", 2), (dialogue.Title, dialogue.Turns.Count));
    }

    [Fact]
    public async Task An_activation_whose_write_was_refused_ends_and_its_readers_are_sent_to_the_next_one()
    {
        var begun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        Mesh.Worker.BeforeToken = (request, index, _) =>
        {
            if (request.Messages[^1].Text != "stale" || index < 2 || begun.Task.IsCompleted)
            {
                return Task.CompletedTask;
            }

            begun.SetResult();
            return goOn.Task;
        };
        var turn = await Dialogue.PostAsync("stale");
        await begun.Task.WaitAsync(TestContext.Current.CancellationToken);
        var reading = Dialogue.WatchAsync(turn.TurnId);

        // As if this silo had been frozen while another one carried on with the dialogue.
        await WriteElsewhereAsync(dialogue => dialogue with { Title = "theirs" });
        goOn.SetResult();

        // Which of the two depends on whether the activation is gone when its reader asks on.
        Assert.True(await Assert.ThrowsAnyAsync<Exception>(() => reading) is Orleans.Runtime.OrleansException or Orleans.Runtime.EnumerationAbortedException);
        Assert.Equal(TurnState.Done, (await Dialogue.EndAsync(turn.TurnId)).State);
        Assert.Equal("theirs", (await Dialogue.GetAsync())!.Title);
    }

    [Fact]
    public async Task A_slow_reader_and_a_fast_one_read_the_same()
    {
        Mesh.Worker.BeforeToken = async (_, _, _) => await Task.Yield();
        var turn = await Dialogue.PostAsync("both");
        var fast = Dialogue.WatchAsync(turn.TurnId);
        List<TurnEvent> slow = [];
        await foreach (var one in Dialogue.WatchTurnAsync(turn.TurnId, 0, TestContext.Current.CancellationToken))
        {
            slow.Add(one);
            await Dialogue.GetAsync();
        }

        Assert.Equal((await fast).Text(), slow.Text());
    }

    private async Task WriteElsewhereAsync(Func<DialogueState, DialogueState> change)
    {
        var key = new RecordKey(DialogueGrain.StateName, $"default/default/{_id}");
        var record = (await Mesh.Storage.ReadAsync(key))!;
        var state = StateFormat.Serialize(change(StateFormat.Parse<DialogueState>(record, key)));
        Assert.True(await Mesh.Storage.WriteAsync(key, record with { ETag = "theirs", State = state }, record.ETag));
    }
}
