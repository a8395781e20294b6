using System.ClientModel;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.FunctionalTests.Dialogues;
using OpenAI;
using OpenAI.Chat;

namespace MultiModalMesh.FunctionalTests.Edge;

/// <summary>Any OpenAI client works against <c>/v1</c>: here OpenAI's own, and plain HTTP where that client is too polite.</summary>
public sealed class OpenAiTests(MeshFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ChatClient Chat => new(
        "picto", new ApiKeyCredential("unused"), new OpenAIClientOptions { Endpoint = new Uri(fixture.Mesh.Http, "v1") });

    [Fact]
    public async Task OpenAIs_own_client_asks_about_a_picture()
    {
        var sample = Scenes.Get(130);

        var completion = await Chat.CompleteChatAsync(
            [Question(sample, "What colour is the background?")], cancellationToken: Cancellation);

        Assert.Equal(
            Colours.Names[sample.Scene.Background], completion.Value.Content[0].Text.Trim().TrimEnd('.').ToLowerInvariant());
        Assert.Equal(ChatFinishReason.Stop, completion.Value.FinishReason);
        Assert.True(completion.Value.Usage.InputTokenCount > 64, $"{completion.Value.Usage.InputTokenCount} input tokens");
    }

    [Fact]
    public async Task OpenAIs_own_client_streams_the_same_text()
    {
        var sample = Scenes.Get(131);
        var whole = await Chat.CompleteChatAsync([Question(sample, "Describe the picture.")], cancellationToken: Cancellation);

        var streamed = new StringBuilder();
        var updates = 0;
        await foreach (var update in Chat.CompleteChatStreamingAsync([Question(sample, "Describe the picture.")], cancellationToken: Cancellation))
        {
            streamed.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            updates++;
        }

        Assert.Equal(whole.Value.Content[0].Text, streamed.ToString());
        Assert.True(updates > 4, $"{updates} updates are not a stream.");
    }

    [Fact]
    public async Task A_shared_prompt_prefix_is_warm_without_a_dialogue()
    {
        var sample = Scenes.Get(132);
        await AskAsync("What colour is the background?");

        var usage = (await AskAsync("How many things are there?")).GetProperty("usage");

        Assert.True(
            usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32() >= 60, usage.ToString());

        async Task<JsonElement> AskAsync(string text)
        {
            using var response = await fixture.Mesh.Client.PostAsJsonAsync("v1/chat/completions", Body(sample, text), Cancellation);
            return await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        }
    }

    [Fact]
    public async Task A_seed_makes_sampling_repeatable()
    {
        var sample = Scenes.Get(133);
        var options = new ChatCompletionOptions { Temperature = 1.5f };
#pragma warning disable OPENAI001 // The seed is marked experimental in the client; the wire format is stable.
        options.Seed = 7;
#pragma warning restore OPENAI001

        var first = await Chat.CompleteChatAsync([Question(sample, "Describe the picture.")], options, Cancellation);
        var second = await Chat.CompleteChatAsync([Question(sample, "Describe the picture.")], options, Cancellation);

        Assert.Equal(first.Value.Content[0].Text, second.Value.Content[0].Text);
    }

    [Fact]
    public async Task Text_and_pictures_are_embedded_into_one_space()
    {
        var samples = Enumerable.Range(0, 12).Select(i => Scenes.GetSingle(140 + i)).ToArray();
        var found = 0;
        var pictures = await EmbedAsync(samples.Select(s => (object)new { type = "image_url", image_url = new { url = DataUrl(s) } }));
        var texts = await EmbedAsync(samples.Select(s => (object)s.RetrievalSentence));
        for (var i = 0; i < samples.Length; i++)
        {
            var scores = pictures.Select(picture => picture.Zip(texts[i], (a, b) => a * b).Sum()).ToArray();
            found += Array.IndexOf(scores, scores.Max()) == i ? 1 : 0;
        }

        // Chance finds one. How well the shipped pack finds is measured in its model card.
        Assert.True(found >= 6, $"Only {found} of {samples.Length} sentences found their picture.");
    }

    [Fact]
    public async Task Base64_embeddings_are_the_same_numbers()
    {
        var floats = await EmbedAsync(["a dog on a red background"]);
        using var response = await fixture.Mesh.Client.PostAsJsonAsync(
            "v1/embeddings", new { model = "picto", input = "a dog on a red background", encoding_format = "base64" }, Cancellation);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var bytes = Convert.FromBase64String(body.GetProperty("data")[0].GetProperty("embedding").GetString()!);

        Assert.Equal(floats[0], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray());
    }

    [Theory]
    [InlineData("""{"model":"no-such-model","messages":[{"role":"user","content":"hi"}]}""", HttpStatusCode.NotFound, "model")]
    [InlineData("""{"model":"picto","messages":[]}""", HttpStatusCode.BadRequest, "messages")]
    [InlineData("""{"model":"picto","messages":[{"role":"user","content":"hi"}],"temperature":9}""", HttpStatusCode.BadRequest, "temperature")]
    [InlineData("""{"model":"picto","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}""", HttpStatusCode.BadRequest, "image_url")]
    [InlineData("""{"model":"picto","messages":[""", HttpStatusCode.BadRequest, "")]
    public async Task Errors_have_OpenAIs_shape_and_name_the_parameter(string body, HttpStatusCode status, string parameter)
    {
        using var response = await fixture.Mesh.Client.PostAsync(
            "v1/chat/completions", new StringContent(body, Encoding.UTF8, "application/json"), Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        var error = JsonSerializer.Deserialize<JsonElement>(text).GetProperty("error");

        Assert.Equal(status, response.StatusCode);
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.NotEmpty(error.GetProperty("type").GetString()!);
        Assert.Contains(parameter, error.GetProperty("param").GetString() ?? "", StringComparison.Ordinal);
    }

    private async Task<float[][]> EmbedAsync(IEnumerable<object> input)
    {
        using var response = await fixture.Mesh.Client.PostAsJsonAsync("v1/embeddings", new { model = "picto", input = input.ToArray() }, Cancellation);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        return [.. body.GetProperty("data").EnumerateArray().Select(d => d.GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle()).ToArray())];
    }

    private static object Body(Sample sample, string text) => new
    {
        model = "picto",
        messages = new[]
        {
            new { role = "user", content = new object[] { new { type = "image_url", image_url = new { url = DataUrl(sample) } }, new { type = "text", text } } },
        },
    };

    private static string DataUrl(Sample sample) => $"data:image/png;base64,{Convert.ToBase64String(sample.Png())}";

    private static UserChatMessage Question(Sample sample, string text) => new(
        ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(sample.Png()), "image/png"), ChatMessageContentPart.CreateTextPart(text));
}
