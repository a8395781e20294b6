using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.FunctionalTests.Dialogues;

/// <summary>What a user does first: a picture, a description, questions about it.</summary>
public sealed class ConversationTests(MeshFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DialogueClient Client => new(fixture.Mesh.Client);

    [Fact]
    public async Task Answers_about_pictures_nobody_trained_on_are_right()
    {
        var right = 0;
        var asked = 0;
        var wrong = new List<string>();
        for (var index = 100; index < 120; index++)
        {
            var sample = Scenes.Get(index);
            var image = await Client.UploadAsync(sample.Png(), Cancellation);
            var dialogue = $"truth-{index}";
            foreach (var turn in sample.Turns.Where(t => !t.FollowUp && t.Kind is not (QuestionKind.Caption or QuestionKind.RelationWhat)))
            {
                var answer = await Client.AskAsync(dialogue, turn.Question, [image], Cancellation);
                asked++;
                right += answer.Trim() == turn.Answer ? 1 : 0;
                if (answer.Trim() != turn.Answer)
                {
                    wrong.Add($"{index}: {turn.Question} {answer} (true: {turn.Answer})");
                }
            }
        }

        Assert.True(asked >= 40, $"Only {asked} questions were asked.");
        Assert.True(right >= 0.9 * asked, $"{right} of {asked} right. Wrong: {string.Join("; ", wrong)}");
    }

    [Fact]
    public async Task A_turn_without_a_picture_is_about_the_dialogues_picture()
    {
        var sample = Scenes.Get(120);
        var image = await Client.UploadAsync(sample.Png(), Cancellation);
        await Client.AskAsync("follow", "", [image], Cancellation);

        var answer = await Client.AskAsync("follow", "What colour is the background?", [], Cancellation);

        Assert.Equal(Colours.Names[sample.Scene.Background], answer.Trim().TrimEnd('.').ToLowerInvariant());
    }

    [Fact]
    public async Task The_next_turn_of_a_dialogue_finds_its_prefix_warm()
    {
        var image = await Client.UploadAsync(Scenes.Get(121).Png(), Cancellation);
        await Client.AskAsync("warm", "", [image], Cancellation);
        await Client.AskAsync("warm", "How many things are there?", [], Cancellation);

        var turns = (await Client.GetAsync("warm", Cancellation)).GetProperty("turns");

        var usage = turns[1].GetProperty("usage");
        Assert.True(
            usage.GetProperty("cachedTokens").GetInt32() >= turns[0].GetProperty("usage").GetProperty("promptTokens").GetInt32(),
            $"The second turn's usage is {usage}; the first's {turns[0].GetProperty("usage")}.");
    }

    [Fact]
    public async Task The_same_request_twice_is_one_turn()
    {
        var image = await Client.UploadAsync(Scenes.Get(122).Png(), Cancellation);

        var posts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Client.PostTurnAsync("twice", "same", "", [image], Cancellation)));

        Assert.Single(posts.Distinct());
        Assert.Equal(1, (await Client.GetAsync("twice", Cancellation)).GetProperty("turns").GetArrayLength());
    }

    [Fact]
    public async Task A_request_id_with_other_content_is_refused()
    {
        var image = await Client.UploadAsync(Scenes.Get(123).Png(), Cancellation);
        await Client.PostTurnAsync("reused", "id", "How many things are there?", [image], Cancellation);

        using var response = await fixture.Mesh.Client.PostAsJsonAsync(
            "api/dialogues/reused/turns", new { requestId = "id", text = "Something else?", images = new[] { image } }, Cancellation);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal("REQUEST_ID_REUSED", (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_broken_stream_is_read_on_from_any_token()
    {
        var image = await Client.UploadAsync(Scenes.Get(124).Png(), Cancellation);
        var turnId = await Client.PostTurnAsync("resumed", "r", "", [image], Cancellation);
        var whole = new List<(string? Id, string Type, string Data)>();
        await foreach (var item in Client.WatchAsync("resumed", turnId, Cancellation))
        {
            whole.Add((item.EventId, item.EventType, item.Data));
        }

        var tokens = whole.Count(e => e.Type == "token");
        Assert.True(tokens >= 4, $"A description of {tokens} tokens is too short for this test.");
        for (var from = 0; from < tokens; from++)
        {
            var rest = new List<(string?, string, string)>();
            await foreach (var item in Client.WatchAsync("resumed", turnId, Cancellation, lastEventId: whole[from].Id))
            {
                rest.Add((item.EventId, item.EventType, item.Data));
            }

            Assert.Equal(whole.Skip(from + 1), rest);
        }
    }

    [Fact]
    public async Task A_deleted_dialogue_is_gone()
    {
        var image = await Client.UploadAsync(Scenes.Get(125).Png(), Cancellation);
        await Client.AskAsync("gone", "", [image], Cancellation);

        using var deleted = await fixture.Mesh.Client.DeleteAsync("api/dialogues/gone", Cancellation);
        Assert.True(deleted.IsSuccessStatusCode);

        using var read = await fixture.Mesh.Client.GetAsync("api/dialogues/gone", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
        var list = await fixture.Mesh.Client.GetFromJsonAsync<JsonElement>("api/dialogues?pageSize=200", Cancellation);
        Assert.DoesNotContain("gone", list.GetProperty("dialogues").EnumerateArray().Select(d => d.GetProperty("id").GetString()));
    }
}
