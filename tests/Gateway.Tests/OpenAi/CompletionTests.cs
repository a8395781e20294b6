using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Gateway.Tests.OpenAi;

public sealed class CompletionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(""" "Once " """)]
    [InlineData(""" ["Once "] """)]
    public async Task A_text_goes_to_a_decoder_as_it_is(string prompt)
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await PostAsync(gateway, $$"""{"model":"tiny","prompt":{{prompt}},"temperature":0.5,"seed":3,"stop":["x"]}""");
        var completion = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        var choice = completion.GetProperty("choices")[0];
        Assert.Equal(("text_completion", "tiny", 23), (completion.GetProperty("object").GetString(), completion.GetProperty("model").GetString(), completion.GetProperty("usage").GetProperty("total_tokens").GetInt32()));
        Assert.Equal(("Two red cups.", "stop", JsonValueKind.Null), (choice.GetProperty("text").GetString(), choice.GetProperty("finish_reason").GetString(), choice.GetProperty("logprobs").ValueKind));
        var asked = Assert.Single(gateway.Worker.Generated);
        Assert.Equal(("Once ", 0, 16, 0.5f, 3L), (asked.RawPrompt.Text, asked.Messages.Count, asked.MaxNewTokens, asked.Sampling.Temperature, asked.Sampling.Seed));
        Assert.Equal(Capabilities.Completion, Assert.Single(gateway.Cluster.Routes).Capability);
    }

    [Theory]
    [InlineData("[5,6,7]")]
    [InlineData("[[5,6,7]]")]
    public async Task Token_ids_go_to_a_decoder_as_they_are(string prompt)
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await PostAsync(gateway, $$"""{"prompt":{{prompt}},"max_tokens":3}""");

        Assert.Equal([5, 6, 7], Assert.Single(gateway.Worker.Generated).RawPrompt.Tokens.Ids);
    }

    [Fact]
    public async Task Log_probabilities_are_four_lists_that_belong_together()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Worker.Answer = ["Zwei", " 😀", " Tassen"];

        using var response = await PostAsync(gateway, """{"prompt":"a","logprobs":2}""");
        var probabilities = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("choices")[0].GetProperty("logprobs");

        Assert.Equal(["Zwei", " 😀", " Tassen"], probabilities.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
        Assert.Equal([-0.5f, -0.5f, -0.5f], probabilities.GetProperty("token_logprobs").EnumerateArray().Select(p => p.GetSingle()));
        Assert.Equal([0, 4, 6], probabilities.GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32()));
        Assert.Equal("""{"t0":-0.25,"t1":-9999,"Zwei":-0.5}""", probabilities.GetProperty("top_logprobs")[0].GetRawText());
    }

    [Fact]
    public async Task A_stream_is_the_same_text_in_pieces_with_reason_usage_and_end_mark()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Worker.BreaksAfter = 2;

        using var response = await PostAsync(gateway, """{"prompt":"a","stream":true,"logprobs":0,"stream_options":{"include_usage":true}}""");
        var events = (await response.Content.ReadAsStringAsync(Cancellation)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("data: [DONE]", events[^1]);
        var chunks = events[..^1].Select(e => JsonSerializer.Deserialize<JsonElement>(e["data: ".Length..])).ToList();
        var choices = chunks[..^1].Select(chunk => chunk.GetProperty("choices")[0]).ToList();
        Assert.Equal("Two red cups.", string.Concat(choices.Select(choice => choice.GetProperty("text").GetString())));
        Assert.Equal([0, 3, 7], choices[..3].Select(choice => choice.GetProperty("logprobs").GetProperty("text_offset")[0].GetInt32()));
        Assert.Equal("stop", choices[^1].GetProperty("finish_reason").GetString());
        Assert.Equal(23, chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Theory]
    [InlineData("{}", "prompt", "missing_required_parameter")]
    [InlineData("""{"prompt":""}""", "prompt", "invalid_value")]
    [InlineData("""{"prompt":7}""", "prompt", "invalid_type")]
    [InlineData("""{"prompt":[]}""", "prompt", "empty_array")]
    [InlineData("""{"prompt":["a","b"]}""", "prompt", "unsupported_value")]
    [InlineData("""{"prompt":[1,-2]}""", "prompt[1]", "invalid_type")]
    [InlineData("""{"prompt":"\ud800"}""", "prompt", "invalid_request")]
    [InlineData("""{"prompt":"a","echo":true}""", "echo", "unsupported_parameter")]
    [InlineData("""{"prompt":"a","suffix":"b"}""", "suffix", "unsupported_parameter")]
    [InlineData("""{"prompt":"a","n":2}""", "n", "unsupported_value")]
    [InlineData("""{"prompt":"a","best_of":3}""", "best_of", "unsupported_value")]
    [InlineData("""{"prompt":"a","logprobs":6}""", "logprobs", "invalid_value")]
    [InlineData("""{"prompt":"a","logprobs":true}""", "logprobs", "invalid_type")]
    public async Task A_wrong_request_is_refused_with_parameter_and_code(string body, string parameter, string code)
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await PostAsync(gateway, body);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error");

        Assert.Equal((HttpStatusCode.BadRequest, parameter, code), (response.StatusCode, error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        Assert.Empty(gateway.Worker.Generated);
    }

    [Fact]
    public async Task A_prompt_that_the_decoder_refuses_is_named_prompt()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Worker.Failure = new MeshException(ErrorReason.InvalidRequest, "No.") { Field = "raw_prompt.tokens.ids" };

        using var response = await PostAsync(gateway, """{"prompt":[99999]}""");

        Assert.Equal("prompt", (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error").GetProperty("param").GetString());
    }

    private static Task<HttpResponseMessage> PostAsync(RunningGateway gateway, string body) =>
        gateway.Client.PostAsync("v1/completions", new StringContent(body, null, "application/json"), Cancellation);
}
