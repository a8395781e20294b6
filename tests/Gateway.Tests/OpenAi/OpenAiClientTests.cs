using System.ClientModel;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace MultiModalMesh.Gateway.Tests.OpenAi;

/// <summary>OpenAI's own client against /v1, and plain HTTP where that client would not send it.</summary>
public sealed class OpenAiClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAIs_client_gets_a_whole_answer()
    {
        await using var gateway = await RunningGateway.StartAsync();

        var completion = (await Chat(gateway).CompleteChatAsync([Question()], cancellationToken: Cancellation)).Value;

        Assert.Equal("Two red cups.", completion.Content[0].Text);
        Assert.Equal((ChatFinishReason.Stop, 20, 3, 5), (completion.FinishReason, completion.Usage.InputTokenCount, completion.Usage.OutputTokenCount, completion.Usage.InputTokenDetails.CachedTokenCount));
        var asked = Assert.Single(gateway.Worker.Generated);
        Assert.Equal("default", Assert.Single(asked.Messages[0].Images).Tenant);
        Assert.Equal("How many?", asked.Messages[0].Text);
    }

    [Fact]
    public async Task OpenAIs_client_streams_the_same_text_also_over_the_death_of_a_worker()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Worker.BreaksAfter = 2;

        var parts = new List<string>();
        await foreach (var update in Chat(gateway).CompleteChatStreamingAsync([Question()], cancellationToken: Cancellation))
        {
            parts.AddRange(update.ContentUpdate.Select(part => part.Text).Where(text => text.Length > 0));
        }

        Assert.Equal(["Two", " red", " cups", "."], parts);
        Assert.Equal([0, 2], gateway.Worker.Generated.Select(request => request.PrefixTokenIds.Count));
        Assert.Single(gateway.Cluster.Routes.Select(route => route.AffinityKey).Distinct());
    }

    [Fact]
    public async Task OpenAIs_client_gets_embeddings_in_the_order_of_its_inputs()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = new EmbeddingClient("tiny", new ApiKeyCredential("unused"), Options(gateway));

        var embeddings = (await client.GenerateEmbeddingsAsync(["ab", "a red cup"], cancellationToken: Cancellation)).Value;

        Assert.Equal([[2, 0.5f, 0], [9, 0.5f, 0]], embeddings.Select(e => e.ToFloats().ToArray()));
        Assert.Equal(4, embeddings.Usage.InputTokenCount);
    }

    [Fact]
    public async Task Texts_and_pictures_are_embedded_in_one_request()
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await gateway.Client.PostAsJsonAsync(
            "v1/embeddings", new { input = new object[] { new { type = "image_url", image_url = new { url = Pictures.DataUrl(Pictures.Png()) } }, "ab" } }, Cancellation);
        var data = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("data");

        Assert.Equal([0, 0, 1], data[0].GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle()));
        Assert.Equal([2, 0.5f, 0], data[1].GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle()));
    }

    [Fact]
    public async Task A_stream_has_roles_reasons_usage_and_its_end_mark()
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await PostAsync(gateway, """{"messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}""");
        var events = (await response.Content.ReadAsStringAsync(Cancellation)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("data: [DONE]", events[^1]);
        var chunks = events[..^1].Select(e => JsonSerializer.Deserialize<JsonElement>(e["data: ".Length..])).ToList();
        Assert.Equal("assistant", chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString());
        Assert.Equal("stop", chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.Equal(23, chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Single(chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct());
    }

    [Fact]
    public async Task A_client_that_leaves_frees_the_decoder()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Worker.Cancelled = new TaskCompletionSource();
        using (var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions"))
        {
            request.Content = new StringContent("""{"messages":[{"role":"user","content":"hi"}],"stream":true}""", null, "application/json");
            using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        }

        await gateway.Worker.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task A_busy_mesh_answers_429_with_the_delay()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Worker.Failure = new MeshException(ErrorReason.Overloaded, "The queue is full.") { RetryAfter = TimeSpan.FromSeconds(7) };

        using var response = await PostAsync(gateway, """{"messages":[{"role":"user","content":"hi"}]}""");
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error");

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(7)), (response.StatusCode, response.Headers.RetryAfter?.Delta));
        Assert.Equal("rate_limit_exceeded", error.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("""{"messages":[]}""", "messages", "invalid_value")]
    [InlineData("""{}""", "messages", "missing_required_parameter")]
    [InlineData("""[]""", null, "invalid_type")]
    [InlineData("""{"messages":"hi"}""", "messages", "invalid_type")]
    [InlineData("""{"messages":[{"role":"user","content":7}]}""", "messages[0].content", "invalid_type")]
    [InlineData("""{"messages":[{"role":"wizard","content":"hi"}]}""", "messages[0].role", "invalid_value")]
    [InlineData("""{"messages":[{"role":"assistant","content":"hi"}]}""", "messages[0].role", "invalid_value")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"audio"}]}]}""", "messages[0].content[0].type", "invalid_value")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://example.com/a.png"}}]}]}""", "messages[0].content[0].image_url.url", "image_url_refused")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"temperature":9}""", "temperature", "invalid_value")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"temperature":"hot"}""", "temperature", "invalid_type")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"n":2}""", "n", "unsupported_value")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"stop":["a","b","c","d","e"]}""", "stop", "invalid_value")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"tools":[{}]}""", "tools", "unsupported_parameter")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"logprobs":true,"top_logprobs":21}""", "top_logprobs", "invalid_value")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"top_logprobs":2}""", "top_logprobs", "invalid_value")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"response_format":{"type":"xml"}}""", "response_format.type", "invalid_value")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema"}}""", "response_format.json_schema", "missing_required_parameter")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"schema":true}}}""", "response_format.json_schema.schema", "invalid_type")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"structured_outputs":{"regex":"a+"}}""", "structured_outputs.regex", "unsupported_parameter")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"structured_outputs":{"choice":["a",7]}}""", "structured_outputs.choice[1]", "invalid_type")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"guided_choice":["a"],"response_format":{"type":"json_object"}}""", "guided_choice", "invalid_value")]
    public async Task A_wrong_request_is_refused_with_parameter_and_code(string body, string? parameter, string code)
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await PostAsync(gateway, body);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal((parameter, code, "invalid_request_error"), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString(), error.GetProperty("type").GetString()));
        Assert.Empty(gateway.Worker.Generated);
    }

    [Fact]
    public async Task Unknown_fields_are_ignored_and_known_ones_arrive()
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await PostAsync(
            gateway,
            """{"model":"default","messages":[{"role":"developer","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],"max_tokens":99999,"temperature":0.5,"top_p":0.9,"seed":-4,"stop":"!","user":"me","mood":{"of":"day"}}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var asked = Assert.Single(gateway.Worker.Generated);
        Assert.Equal((4096, 0.5f, 0.9f, -4L, "!", "a\nb"), (asked.MaxNewTokens, asked.Sampling.Temperature, asked.Sampling.TopP, asked.Sampling.Seed, Assert.Single(asked.Sampling.StopSequences), asked.Messages[1].Text));
        Assert.Equal(Capabilities.Chat, Assert.Single(gateway.Cluster.Routes).Capability);
    }

    [Fact]
    public async Task Models_are_listed_and_an_unknown_one_is_not_found()
    {
        await using var gateway = await RunningGateway.StartAsync();

        var models = (await gateway.Client.GetFromJsonAsync<JsonElement>("v1/models", Cancellation)).GetProperty("data");
        using var unknown = await gateway.Client.GetAsync("v1/models/gpt", Cancellation);
        using var chat = await PostAsync(gateway, """{"model":"gpt","messages":[{"role":"user","content":"hi"}]}""");

        Assert.Equal("tiny", Assert.Single(models.EnumerateArray()).GetProperty("id").GetString());
        foreach (var response in new[] { unknown, chat })
        {
            var error = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error");
            Assert.Equal((HttpStatusCode.NotFound, "model_not_found", "model"), (response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        }
    }

    private static Task<HttpResponseMessage> PostAsync(RunningGateway gateway, string body) =>
        gateway.Client.PostAsync("v1/chat/completions", new StringContent(body, null, "application/json"), Cancellation);

    private static ChatClient Chat(RunningGateway gateway) => new("tiny", new ApiKeyCredential("unused"), Options(gateway));

    private static OpenAIClientOptions Options(RunningGateway gateway) => new() { Endpoint = new Uri(gateway.Http, "v1") };

    private static UserChatMessage Question() => new(
        ChatMessageContentPart.CreateTextPart("How many?"), ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(Pictures.Png()), "image/png"));
}
