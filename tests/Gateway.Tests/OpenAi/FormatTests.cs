using System.ClientModel;
using System.Net.Http.Json;
using System.Text.Json;
using MultiModalMesh.Errors;
using OpenAI;
using OpenAI.Chat;

namespace MultiModalMesh.Gateway.Tests.OpenAi;

/// <summary>What an answer must look like, from the request to the decoder, and how likely its tokens were, back.</summary>
public sealed class FormatTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(""" "response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"null"}}} """, """{"type":"null"}""")]
    [InlineData(""" "response_format":{"type":"json_object"} """, """{"type":"object"}""")]
    [InlineData(""" "structured_outputs":{"json":{"type":"null"}} """, """{"type":"null"}""")]
    public async Task A_schema_reaches_the_decoder(string field, string schema)
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await PostAsync(gateway, field);

        Assert.Equal(schema, Assert.Single(gateway.Worker.Generated).Constraint.JsonSchema);
    }

    [Theory]
    [InlineData(""" "structured_outputs":{"choice":["red","blue"]} """)]
    [InlineData(""" "guided_choice":["red","blue"] """)]
    public async Task Choices_reach_the_decoder(string field)
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await PostAsync(gateway, field);

        Assert.Equal(["red", "blue"], Assert.Single(gateway.Worker.Generated).Constraint.Choices.Texts);
    }

    [Theory]
    [InlineData(""" "response_format":{"type":"json_schema","json_schema":{"schema":{"type":"string","pattern":"a"}}} """, "constraint.json_schema.pattern", "response_format.json_schema.schema.pattern")]
    [InlineData(""" "guided_choice":["a",""] """, "constraint.choices.texts[1]", "guided_choice[1]")]
    public async Task What_the_decoder_cannot_keep_is_named_as_the_caller_wrote_it(string field, string refused, string named)
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Worker.Failure = new MeshException(ErrorReason.InvalidRequest, "It cannot be kept.") { Field = refused };

        using var response = await PostAsync(gateway, field);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error");

        Assert.Equal((named, "It cannot be kept."), (error.GetProperty("param").GetString(), error.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task OpenAIs_client_gets_log_probabilities_of_a_whole_answer_and_of_a_stream()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = new ChatClient("tiny", new ApiKeyCredential("unused"), new OpenAIClientOptions { Endpoint = new Uri(gateway.Http, "v1") });
        var options = new ChatCompletionOptions { IncludeLogProbabilities = true, TopLogProbabilityCount = 2 };

        var whole = (await client.CompleteChatAsync([new UserChatMessage("hi")], options, Cancellation)).Value.ContentTokenLogProbabilities;
        var streamed = new List<ChatTokenLogProbabilityDetails>();
        await foreach (var update in client.CompleteChatStreamingAsync([new UserChatMessage("hi")], options, Cancellation))
        {
            streamed.AddRange(update.ContentTokenLogProbabilities);
        }

        foreach (var tokens in (IReadOnlyList<ChatTokenLogProbabilityDetails>[])[whole, streamed])
        {
            Assert.Equal(["Two", " red", " cups"], tokens.Select(token => token.Token));
            Assert.Equal(" red", System.Text.Encoding.UTF8.GetString(tokens[1].Utf8Bytes!.Value.Span));
            Assert.All(tokens, token => Assert.Equal((-0.5f, 2, -0.25f), (token.LogProbability, token.TopLogProbabilities.Count, token.TopLogProbabilities[0].LogProbability)));
        }
    }

    [Fact]
    public async Task Log_probabilities_are_null_where_nobody_asked()
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await PostAsync(gateway, """ "logprobs":false """);
        var choice = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("choices")[0];

        Assert.Equal(JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind);
        Assert.False(gateway.Worker.Generated.Single().HasLogProbabilities);
    }

    private static Task<HttpResponseMessage> PostAsync(RunningGateway gateway, string field) => gateway.Client.PostAsync(
        "v1/chat/completions", new StringContent("""{"messages":[{"role":"user","content":"hi"}],""" + field + "}", null, "application/json"), Cancellation);
}
