using System.Text.Json;
using System.Text.Json.Nodes;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.TestProcesses;

namespace MultiModalMesh.Grains.Tests.Storage.Releases;

/// <summary>What every release so far has stored is read by this version, and gone on with.</summary>
public sealed class ReleaseTests
{
    public static TheoryData<string> Versions => [.. ReleaseFixture.All.Select(fixture => fixture.Version)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_a_release_stored_is_read_finished_and_appended_to(string version)
    {
        var fixture = ReleaseFixture.All.Single(one => one.Version == version);
        using var folder = new TemporaryFolder();
        File.Copy(fixture.Database, Path.Combine(folder.Path, "dialogues.db"));
        var stored = JsonNode.Parse(await File.ReadAllTextAsync(fixture.Dialogues, Cancellation))!.AsArray();
        await using var mesh = await TestMesh.StartAsync(folder: folder.Path, settings: new() { ["Dialogues:SweepInterval"] = "00:00:00.1" });

        foreach (var dialogue in stored)
        {
            await ReadAsync(mesh, dialogue!);
        }

        await GoOnAsync(mesh, stored.Single(one => (string?)one!["dialogueId"] == ReleaseFixture.Interrupted)!);
        Assert.Null(await mesh.Dialogue(ReleaseFixture.Erased).GetAsync());
        await Poll.UntilAsync(
            () => mesh.Storage.ListUnfinishedAsync(DialogueGrain.StateName, 10, Cancellation), keys => keys.Count == 0, "every turn to end and the deleted dialogue to be erased", Cancellation);
        Assert.Equal(
            [ReleaseFixture.Compacted, ReleaseFixture.Ended, ReleaseFixture.Interrupted],
            (await mesh.User().ListDialoguesAsync(10, "")).Dialogues.Select(one => one.DialogueId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_stored_state_has_the_shape_that_the_fixture_of_this_version_has()
    {
        var fixture = ReleaseFixture.Current;
        var expected = File.Exists(fixture.Shape) ? await File.ReadAllTextAsync(fixture.Shape, Cancellation) : "";

        Assert.True(
            expected == StateShape.OfThisVersion(),
            $"The members that are stored are not those of {fixture.Shape}. If {fixture.Version} went out, raise Version in Directory.Build.props first. If an earlier program "
            + $"cannot read the new ones, raise StateFormat, too. Then write the fixture: {ReleaseFixture.RewriteCommand}\nNow they are:\n{StateShape.OfThisVersion()}");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task No_member_that_a_release_stored_was_removed_renamed_or_given_another_type(string version)
    {
        var lines = await File.ReadAllLinesAsync(ReleaseFixture.All.Single(one => one.Version == version).Shape, Cancellation);
        Assert.Empty(lines.Skip(1).Except(StateShape.OfThisVersion().Split('\n'), StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Nothing_that_the_silos_of_a_release_say_to_each_other_was_removed_renumbered_or_changed(string version)
    {
        var lines = await File.ReadAllLinesAsync(ReleaseFixture.All.Single(one => one.Version == version).Contracts, Cancellation);
        Assert.Empty(lines.Except(ContractShape.OfThisVersion().Split('\n'), StringComparer.Ordinal));
    }

    [Fact]
    public void Everything_on_the_wire_between_silos_has_a_name_that_outlives_a_rename()
    {
        Assert.NotEmpty(ContractShape.Messages);
        Assert.DoesNotContain((System.Reflection.MemberInfo[])[.. ContractShape.Interfaces, .. ContractShape.Interfaces.SelectMany(grain => grain.GetMethods()), .. ContractShape.Messages], member => ContractShape.AliasOf(member) is null);
    }

    private static async Task ReadAsync(TestMesh mesh, JsonNode expected)
    {
        var dialogue = mesh.Dialogue((string)expected["dialogueId"]!);
        var view = await dialogue.GetAsync();
        Assert.Equal((string?)expected["title"], view!.Title);
        Assert.Equal(expected["turns"]!.AsArray().Select(turn => (string)turn!["turnId"]!), view.Turns.Select(turn => turn.TurnId));
        foreach (var (turn, now) in expected["turns"]!.AsArray().Zip(view.Turns))
        {
            // An unfinished turn is being worked on by now.
            if (Enum.Parse<TurnState>(turn!["state"]!.ToJsonString()) is TurnState.Done or TurnState.Failed or TurnState.Cancelled)
            {
                AssertContains(turn, JsonSerializer.SerializeToNode(now, JsonSerializerOptions.Web));
                Assert.Equal(now.Answer, (await dialogue.WatchAsync(now.TurnId)).Text());
            }
        }

        // Who posts a stored request again gets its turn and no second one.
        var first = view.Turns[0];
        Assert.Equal(first.TurnId, (await dialogue.PostAsync(first.Text, first.RequestId)).TurnId);
    }

    /// <summary>Later versions may tell more.</summary>
    private static void AssertContains(JsonNode? expected, JsonNode? actual)
    {
        switch (expected)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    AssertContains(value, actual![name]);
                }

                break;
            case JsonArray elements:
                Assert.Equal(elements.Count, actual!.AsArray().Count);
                foreach (var (one, other) in elements.Zip(actual.AsArray()))
                {
                    AssertContains(one, other);
                }

                break;
            default:
                Assert.True(JsonNode.DeepEquals(expected, actual), $"{expected?.GetPath()} was {expected?.ToJsonString()} and is {actual?.ToJsonString()}.");
                break;
        }
    }

    private static async Task GoOnAsync(TestMesh mesh, JsonNode stored)
    {
        var dialogue = mesh.Dialogue(ReleaseFixture.Interrupted);
        var (middle, behind) = (stored["turns"]![1]!, stored["turns"]![2]!);
        var ended = await dialogue.EndAsync((string)middle["turnId"]!);
        var asked = mesh.Worker.Asked.First(one => one.Messages[^1].Text == ended.Text);
        Assert.Equal((TurnState.Done, mesh.Worker.WholeText(asked)), (ended.State, ended.Answer));
        Assert.StartsWith((string)middle["answer"]!, ended.Answer, StringComparison.Ordinal);
        Assert.Equal(ReleaseFixture.Checkpoint, asked.PrefixTokenIds.Count);
        Assert.Equal(TurnState.Done, (await dialogue.EndAsync((string)behind["turnId"]!)).State);
        Assert.Equal(TurnState.Done, (await dialogue.EndAsync((await dialogue.PostAsync("And now?")).TurnId)).State);
        Assert.Equal(4, (await dialogue.GetAsync())!.Turns.Count);
    }
}
