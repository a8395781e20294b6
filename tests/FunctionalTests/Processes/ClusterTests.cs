using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MultiModalMesh.FunctionalTests.Dialogues;
using MultiModalMesh.TestServers;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>Two silos on a server: whichever dies, no acknowledged turn is lost, doubled, stuck or different.</summary>
public sealed class ClusterTests
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(15);

    // Several turns at once, each as long as the pack's context lets it be, so that there is a middle to die in.
    private const int Turns = 4;

    // Drawn with a seed, so that the answer can be compared.
    private static readonly object LongAnswer = new { temperature = 2, topP = 1, seed = 7, maxTokens = 160 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_Garnet_the_death_of_each_silo_in_mid_turn_changes_no_answer()
    {
        Assert.SkipWhen(GarnetServer.Missing is not null, GarnetServer.Missing ?? "");
        await using var server = new GarnetServer();
        await server.StartAsync();
        await using var cluster = new MeshCluster("redis", server.ConnectionString);
        var silos = await cluster.StartAsync(2, Cancellation);
        var image = await cluster.Dialogues.UploadAsync(Scenes.Get(195).Png(), Cancellation);
        var first = await AskAsync(cluster, "calm", image, () => { });
        var second = await AskAsync(cluster, "calm", image, () => { });

        // Which silo holds which dialogue nobody can know: after the first death all of them are with the survivor once they were asked for, and it dies in turn.
        string[] dialogues = ["a", "b", "c", "d"];
        await DisturbAsync(cluster, silos[0].KillAsync, dialogues, image, first);
        await AllDoneAsync(cluster, dialogues, Turns);
        await MeshCluster.ListeningAsync(cluster.StartSilo(), Cancellation);
        var alive = await DisturbAsync(cluster, silos[1].KillAsync, dialogues, image, second);

        Assert.True(alive > 0, "No turn was in the middle when the silo that held all of them died.");
        await AllDoneAsync(cluster, dialogues, 2 * Turns);
    }

    [Fact]
    public async Task A_silo_that_was_frozen_in_mid_turn_and_wakes_up_disturbs_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || GarnetServer.Missing is not null, GarnetServer.Missing ?? "Windows has no SIGSTOP.");
        await using var server = new GarnetServer();
        await server.StartAsync();
        await using var cluster = new MeshCluster("redis", server.ConnectionString);
        var frozen = (await cluster.StartAsync(1, Cancellation))[0];
        var image = await cluster.Dialogues.UploadAsync(Scenes.Get(195).Png(), Cancellation);
        var expected = await AskAsync(cluster, "calm", image, () => { });
        string[] dialogues = ["a", "b"];
        var next = (ServiceProcess?)null;
        var alive = await DisturbAsync(
            cluster,
            async () =>
            {
                // The only silo holds them all; the one that is to take over comes when it cannot be asked any more.
                frozen.Freeze();
                next = cluster.StartSilo();
                await MeshCluster.ListeningAsync(next, Cancellation);
            },
            dialogues,
            image,
            expected);
        Assert.True(alive > 0, "No turn was in the middle when the silo froze.");

        // It finds out that it was given up, and ends.
        frozen.Thaw();
        Assert.NotEqual(0, await frozen.WaitForExitAsync(Cancellation));
        await AllDoneAsync(cluster, dialogues, Turns);
    }

    [Fact]
    public async Task On_PostgreSQL_the_death_of_a_silo_in_mid_turn_changes_no_answer_and_silos_want_the_tables_first()
    {
        Assert.SkipWhen(PostgreSqlProcess.Missing is not null, PostgreSqlProcess.Missing ?? "");
        await using var server = await PostgreSqlProcess.StartNewAsync();
        await using var cluster = new MeshCluster("postgresql", server.ConnectionString);
        var early = cluster.StartSilo();
        Assert.NotEqual(0, await early.WaitForExitAsync(Cancellation));
        Assert.Contains("mesh cluster init", early.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", early.Output, StringComparison.Ordinal);

        Assert.Equal(1, await InitAsync(server.ConnectionString, "--check"));
        Assert.Equal(0, await InitAsync(server.ConnectionString));
        Assert.Equal(0, await InitAsync(server.ConnectionString));
        Assert.Equal(0, await InitAsync(server.ConnectionString, "--check"));

        var silos = await cluster.StartAsync(2, Cancellation);
        var image = await cluster.Dialogues.UploadAsync(Scenes.Get(195).Png(), Cancellation);
        var expected = await AskAsync(cluster, "calm", image, () => { });
        await DisturbAsync(cluster, silos[1].KillAsync, ["a", "b", "c", "d"], image, expected);
    }

    /// <summary>Asks, disturbs the cluster when every dialogue has a token of its answers, and reads on.</summary>
    /// <returns>How many dialogues were in the middle after the disturbance.</returns>
    private static async Task<int> DisturbAsync(MeshCluster cluster, Func<Task> disturb, string[] dialogues, string image, string[] expected)
    {
        var asking = new List<Task<string[]>>();
        foreach (var dialogue in dialogues)
        {
            // One begins when the one before has begun: however late others got their turn on a busy machine, the last is at its first token.
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            asking.Add(AskAsync(cluster, dialogue, image, () => begun.TrySetResult()));
            await begun.Task.WaitAsync(Recovery, Cancellation);
        }

        await disturb();
        var alive = asking.Count(one => !one.IsCompleted);
        var watch = Stopwatch.StartNew();
        try
        {
            Assert.All(await Task.WhenAll(asking).WaitAsync(Recovery, Cancellation), answers => Assert.Equal(expected, answers));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{asking.Count(one => !one.IsCompleted)} dialogues are not done {watch.Elapsed} after the disturbance. The roles printed:\n{cluster.Output}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{alive} of {dialogues.Length} dialogues were in the middle; all were done {watch.Elapsed} later.");
        return alive;
    }

    private static async Task AllDoneAsync(MeshCluster cluster, string[] dialogues, int count)
    {
        foreach (var dialogue in dialogues)
        {
            var turns = (await cluster.Dialogues.GetAsync(dialogue, Cancellation)).GetProperty("turns");
            Assert.Equal(Enumerable.Repeat("done", count), turns.EnumerateArray().Select(turn => turn.GetProperty("state").GetString()));
        }
    }

    /// <summary>Posts turns, and reads each in one stream, whatever happens behind the gateway; the numbers of its events have neither gap nor double.</summary>
    private static async Task<string[]> AskAsync(MeshCluster cluster, string dialogue, string image, Action onToken)
    {
        var turns = new List<string>();
        for (var i = 0; i < Turns; i++)
        {
            turns.Add(await cluster.Dialogues.PostTurnAsync(dialogue, Guid.NewGuid().ToString("N"), $"Describe the picture, {i}.", [image], Cancellation, LongAnswer));
        }

        return await Task.WhenAll(turns.Select(turn => ReadAsync(cluster, dialogue, turn, onToken)));
    }

    private static async Task<string> ReadAsync(MeshCluster cluster, string dialogue, string turnId, Action onToken)
    {
        var text = "";
        var sequence = 0;
        await foreach (var item in cluster.Dialogues.WatchAsync(dialogue, turnId, Cancellation))
        {
            Assert.Equal((++sequence).ToString(CultureInfo.InvariantCulture), item.EventId);
            using var json = JsonDocument.Parse(item.Data);
            if (item.EventType == "token")
            {
                text += json.RootElement.GetProperty("text").GetString();
                onToken();
            }
            else
            {
                Assert.Equal("done", item.EventType);
                Assert.Equal(text, json.RootElement.GetProperty("turn").GetProperty("answer").GetString());
                return text;
            }
        }

        throw new InvalidOperationException($"The stream ended after '{text}'. The roles printed:\n{cluster.Output}");
    }

    private static async Task<int> InitAsync(string connectionString, params string[] more)
    {
        await using var init = ServiceProcess.Start(
            "services/Mesh",
            ["cluster", "init", .. more],
            new Dictionary<string, string> { ["Cluster__Provider"] = "postgresql", ["Cluster__ConnectionString"] = connectionString });
        return await init.WaitForExitAsync(Cancellation);
    }
}
