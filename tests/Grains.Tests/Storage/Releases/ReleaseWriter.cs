using System.Text.Json;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Storage.Sqlite;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.ServiceDefaults.Storage;
using MultiModalMesh.TestProcesses;
using Orleans.Runtime;

namespace MultiModalMesh.Grains.Tests.Storage.Releases;

/// <summary>No test: writes the fixture of the current version, see <see cref="ReleaseFixture.RewriteCommand"/>. A release that went out is never written again.</summary>
public sealed class ReleaseWriter
{
    private const string Endless = "endless";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Write_the_fixture_of_this_version()
    {
        using var folder = new TemporaryFolder();
        List<DialogueView> views;
        await using (var mesh = await TestMesh.StartAsync(Worker(), folder.Path, new() { ["Dialogues:CheckpointInterval"] = "00:00:00.000001" }))
        {
            await EndInEveryWayAsync(mesh.Dialogue(ReleaseFixture.Ended), mesh.Worker);
            await (await SayAsync(mesh.Dialogue(ReleaseFixture.Erased), "Forget me.", images: "img_" + new string('a', 64))).DeleteAsync();
            await SayAsync(mesh.Dialogue(ReleaseFixture.Compacted), "Long ago.");
            await InterruptAsync(mesh);
            views = [];
            foreach (var name in (string[])[ReleaseFixture.Ended, ReleaseFixture.Compacted, ReleaseFixture.Interrupted])
            {
                views.Add((await mesh.Dialogue(name).GetAsync())!);
            }
        }

        await using (var store = new SqliteStateStore(Options.Create(new DataOptions { Path = folder.Path })))
        {
            using (var compacted = new DurableState<DialogueState>(store, DialogueGrain.StateName, GrainId.Create("dialogue", $"default/default/{ReleaseFixture.Compacted}"), TimeProvider.System))
            {
                await compacted.LoadAsync();
                await compacted.CommitAsync(dialogue => dialogue.Compacted());
            }

            await store.ScrubAsync();
        }

        var fixture = ReleaseFixture.Current;
        Directory.CreateDirectory(fixture.Folder);
        File.Copy(Path.Combine(folder.Path, "dialogues.db"), fixture.Database, overwrite: true);
        await File.WriteAllTextAsync(fixture.Dialogues, JsonSerializer.Serialize(views, Json) + "\n", Cancellation);
        await File.WriteAllTextAsync(fixture.Shape, StateShape.OfThisVersion(), Cancellation);
        await File.WriteAllTextAsync(fixture.Contracts, ContractShape.OfThisVersion(), Cancellation);
    }

    private static FakeWorker Worker() => new()
    {
        BeforeToken = (request, index, token) => index == ReleaseFixture.Checkpoint && request.Messages[^1].Text.StartsWith(Endless, StringComparison.Ordinal)
            ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask,
        UsedImages = _ => throw new MeshException(ErrorReason.StorageFailed, "not now"),
        Hits = [new SearchResponse { Id = "i1", Score = 0.5f, Payload = FakeRetrieval.Payload("title", "a red cup") }],
    };

    private static async Task EndInEveryWayAsync(IDialogueGrain dialogue, FakeWorker worker)
    {
        await SayAsync(dialogue, "Plain.");
        await SayAsync(dialogue, "Drawn.", new TurnOptions { Temperature = 0.5f, TopP = 0.9f, MaxTokens = 7, Seed = 11 });
        await SayAsync(dialogue, "Choose.", new TurnOptions { Format = new AnswerFormat { Choices = ["red", "blue"] } });
        await SayAsync(dialogue, "Fill in.", new TurnOptions { Format = new AnswerFormat { JsonSchema = """{"type":"object"}""" } });
        await SayAsync(dialogue, "What is this?", images: "img_" + new string('b', 64));
        await SayAsync(dialogue, "Fail.", new TurnOptions { Model = "nobody-has-it" });
        var found = await dialogue.PostTurnAsync(new PostTurnCommand { RequestId = "search", Text = "cups", Skill = Skill.Search, Options = new TurnOptions { Collection = "photos", Limit = 3 } });
        await dialogue.EndAsync(found.TurnId);
        var asked = worker.Asked.Count;
        var stopped = await dialogue.PostAsync($"{Endless} and cancelled", "cancel");
        while (worker.Asked.Count == asked)
        {
            await Task.Yield();
        }

        await dialogue.CancelTurnAsync(stopped.TurnId);
    }

    private static async Task InterruptAsync(TestMesh mesh)
    {
        var dialogue = mesh.Dialogue(ReleaseFixture.Interrupted);
        await SayAsync(dialogue, "Before.");
        await dialogue.PostAsync($"{Endless} answer", "in-the-middle", new TurnOptions { Temperature = 1 });
        await dialogue.PostAsync("Behind.", "behind");
        var key = new RecordKey(DialogueGrain.StateName, $"default/default/{ReleaseFixture.Interrupted}");
        while (StateFormat.Parse<DialogueState>((await mesh.Storage.ReadAsync(key))!, key).Turns[1].TokenIds.Length < ReleaseFixture.Checkpoint)
        {
            await Task.Yield();
        }
    }

    private static async Task<IDialogueGrain> SayAsync(IDialogueGrain dialogue, string text, TurnOptions? options = null, params string[] images)
    {
        await dialogue.EndAsync((await dialogue.PostAsync(text, text, options, images)).TurnId);
        return dialogue;
    }
}
