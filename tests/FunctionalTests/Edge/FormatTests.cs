using System.Net.Http.Json;
using System.Text.Json;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.FunctionalTests.Dialogues;
using MultiModalMesh.FunctionalTests.Processes;

namespace MultiModalMesh.FunctionalTests.Edge;

/// <summary>Answers of a form, log probabilities, raw prompts and token ids, over real processes.</summary>
public sealed class FormatTests(MeshFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_picture_is_asked_with_choices_and_the_likelier_one_is_answered()
    {
        var sample = Scenes.Get(150);
        string[] colours = [.. Colours.Names.Select(name => $"It is {name}!")];

        var answer = await PostAsync(fixture.Mesh.Client, "v1/chat/completions", Chat(sample, "What colour is the background?", new { choice = colours }));

        var choice = answer.GetProperty("choices")[0];
        Assert.Contains(choice.GetProperty("message").GetProperty("content").GetString(), colours);
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        var tokens = choice.GetProperty("logprobs").GetProperty("content").EnumerateArray().ToList();
        Assert.Equal(answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), tokens.Count);
        Assert.All(tokens, token => Assert.Equal(2, token.GetProperty("top_logprobs").GetArrayLength()));
    }

    [Fact]
    public async Task A_turn_keeps_its_schema()
    {
        var body = new
        {
            requestId = "r",
            text = "How many things are there?",
            images = new[] { $"data:image/png;base64,{Convert.ToBase64String(Scenes.Get(151).Png())}" },
            responseFormat = new { type = "json_schema", json_schema = new { schema = new { type = "object", properties = new { count = new { @enum = new[] { 1, 2, 3 } } }, required = new[] { "count" } } } },
        };
        await PostAsync(fixture.Mesh.Client, "api/dialogues/format/turns", body);

        await Poll.UntilAsync(TurnAsync, one => one.GetProperty("state").GetString() is "done" or "failed", "the turn's end", Cancellation);

        var turn = await TurnAsync();
        Assert.InRange(JsonElement.Parse(turn.GetProperty("answer").GetString()!).GetProperty("count").GetInt32(), 1, 3);

        async Task<JsonElement> TurnAsync() => (await fixture.Mesh.Client.GetFromJsonAsync<JsonElement>("api/dialogues/format", Cancellation)).GetProperty("turns")[0];
    }

    [Fact]
    public async Task Published_packs_complete_raw_prompts_and_tell_token_ids_as_the_reference()
    {
        var fixtures = Path.Combine(Repository.Root, "tests", "Inference.Tests", "fixtures", "hf");
        using var data = new TemporaryFolder();
        await using var mesh = await RunningMesh.StartAsync(
            data.Path, Cancellation, null, "--models", Path.Combine(fixtures, "tiny-clip"), "--models", Path.Combine(fixtures, "tiny-smollm2"));
        var golden = Goldens(fixtures, "tiny-smollm2").GetProperty("prompts")[0];

        var completion = await PostAsync(mesh.Client, "v1/completions", new { model = "tiny-smollm2", prompt = golden.GetProperty("input_ids"), max_tokens = 24, logprobs = 1 });
        var expected = await PostAsync(mesh.Client, "api/detokenize", new { model = "tiny-smollm2", ids = Numbers(golden.GetProperty("greedy_ids")).TakeWhile(id => id != 2), skipSpecialTokens = true });
        Assert.Equal(expected.GetProperty("text").GetString(), completion.GetProperty("choices")[0].GetProperty("text").GetString());

        // A pack with towers and no decoder.
        foreach (var text in Goldens(fixtures, "tiny-clip").GetProperty("texts").EnumerateArray())
        {
            var tokenized = await PostAsync(mesh.Client, "api/tokenize", new { model = "tiny-clip", text = text.GetProperty("text") });
            Assert.Equal(Numbers(text.GetProperty("ids")), Numbers(tokenized.GetProperty("ids")));
        }
    }

    private static IEnumerable<int> Numbers(JsonElement array) => array.EnumerateArray().Select(number => number.GetInt32());

    private static JsonElement Goldens(string fixtures, string pack) => JsonElement.Parse(File.ReadAllText(Path.Combine(fixtures, pack, "goldens.json")));

    private static object Chat(Sample sample, string text, object structured) => new
    {
        model = "picto",
        logprobs = true,
        top_logprobs = 2,
        structured_outputs = structured,
        messages = new[]
        {
            new
            {
                role = "user",
                content = new object[]
                {
                    new { type = "image_url", image_url = new { url = $"data:image/png;base64,{Convert.ToBase64String(sample.Png())}" } }, new { type = "text", text },
                },
            },
        },
    };

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body, Cancellation);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(response.IsSuccessStatusCode, answer.ToString());
        return answer;
    }
}
