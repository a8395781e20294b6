using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Items;
using MultiModalMesh.Evaluation.ModelRuns;
using MultiModalMesh.TestProcesses;

namespace MultiModalMesh.Evaluation.Tests.ModelRuns;

/// <summary>Runs against a server that speaks OpenAI's API and fails on demand.</summary>
public sealed class ModelRunTests : IAsyncLifetime
{
    private static readonly RunHeader Header = new("vqa", "m", "{question}", "f");

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<JsonElement> _asked = [];
    private WebApplication? _server;
    private HttpClient? _http;
    private int _busy;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder.Path, "run.jsonl");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Urls.Add("http://127.0.0.1:0");
        _server.MapPost("/v1/chat/completions", (JsonElement body) =>
        {
            if (Interlocked.Decrement(ref _busy) >= 0)
            {
                return Results.Json(new { error = new { message = "busy" } }, statusCode: 429);
            }

            _asked.Enqueue(body);
            var text = body.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!;
            return text == "bad"
                ? Results.Json(new { error = new { code = "IMAGE_UNREADABLE", message = "not a picture" } }, statusCode: 400)
                : Results.Json(new { choices = new[] { new { message = new { role = "assistant", content = $"{text}!" } } } });
        });
        _server.MapPost("/v1/embeddings", (JsonElement body) =>
        {
            var inputs = body.GetProperty("input").EnumerateArray().Select(input => input.GetString()!).ToArray();
            return inputs.Contains("bad")
                ? Results.Json(new { error = new { code = "bad_input", message = "not that" } }, statusCode: 400)
                : Results.Json(new { data = inputs.Select((input, index) => new { index, embedding = (float[])[input.Length, 0] }).Reverse() });
        });
        await _server.StartAsync(Cancellation);
        _http = new HttpClient { BaseAddress = new Uri($"{_server.Urls.First()}/v1/") };
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task A_failed_item_is_written_down_and_the_others_are_answered()
    {
        await using var run = RunFile.Open(File, Header);

        await AnswerAsync(run, "a", "bad", "c");

        Assert.Equal(("a!", "c!"), (run.Predictions[("a", null)].Answer, run.Predictions[("c", null)].Answer));
        Assert.Equal(new PredictionError("IMAGE_UNREADABLE", "not a picture"), run.Predictions[("bad", null)].Error);
    }

    [Fact]
    public async Task A_run_that_was_killed_goes_on_where_it_stopped_and_asks_failures_again()
    {
        await using (var run = RunFile.Open(File, Header))
        {
            await AnswerAsync(run, "a", "bad");
        }

        // What a kill in the middle of a write leaves.
        await System.IO.File.AppendAllTextAsync(File, "{\"id\":\"c\",\"answ", Cancellation);
        _asked.Clear();

        await using (var run = RunFile.Open(File, Header))
        {
            await AnswerAsync(run, "a", "bad", "c");
        }

        Assert.Equal(["bad", "c"], _asked.Select(body => body.GetProperty("messages")[0].GetProperty("content").GetString()!).Order());
        Assert.Equal(["a!", null, "c!"], RunReader.Read(File).Values.OrderBy(prediction => prediction.Id, StringComparer.Ordinal).Select(prediction => prediction.Answer));
    }

    [Theory]
    [InlineData("other", "{question}", "f", "model")]
    [InlineData("m", "Say {question}", "f", "prompt")]
    [InlineData("m", "{question}", "g", "data set")]
    public async Task A_file_of_another_run_is_refused_and_left_alone(string model, string prompt, string items, string field)
    {
        await using (RunFile.Open(File, Header))
        {
        }

        var before = await System.IO.File.ReadAllTextAsync(File, Cancellation);
        var failure = Assert.Throws<MeshException>(() => RunFile.Open(File, new RunHeader("vqa", model, prompt, items)));

        Assert.Equal((ErrorReason.EvaluationRunMismatch, field), (failure.Reason, failure.Field));
        Assert.Equal(before, await System.IO.File.ReadAllTextAsync(File, Cancellation));
    }

    [Fact]
    public async Task A_file_that_is_no_run_is_refused_and_left_alone()
    {
        await System.IO.File.WriteAllTextAsync(File, "[{\"image_id\": 1}]\n", Cancellation);
        Assert.Equal(ErrorReason.EvaluationFileInvalid, Assert.Throws<MeshException>(() => RunFile.Open(File, Header)).Reason);
        Assert.Equal("[{\"image_id\": 1}]\n", await System.IO.File.ReadAllTextAsync(File, Cancellation));
    }

    [Fact]
    public async Task A_busy_server_is_asked_again()
    {
        _busy = 1;
        await using var run = RunFile.Open(null, Header);
        await AnswerAsync(run, "a");
        Assert.Equal("a!", run.Predictions[("a", null)].Answer);
    }

    [Fact]
    public async Task A_server_that_is_not_there_ends_the_run_instead_of_failing_every_item()
    {
        await _server!.StopAsync(Cancellation);
        await using var run = RunFile.Open(null, Header);
        var failure = await Assert.ThrowsAsync<MeshException>(() => AnswerAsync(run, "a", "b"));
        Assert.Equal(ErrorReason.PeerUnavailable, failure.Reason);
        Assert.Empty(run.Predictions);
    }

    [Fact]
    public async Task A_dialogue_goes_on_from_the_models_own_answers()
    {
        await using var run = RunFile.Open(null, Header);
        await Runner(run).TalkAsync([new EvaluationItem("d") { Turns = [new ExpectedTurn("one", ["x"]), new ExpectedTurn("two", ["x"])] }], Cancellation);

        Assert.Equal(["one!", "two!"], run.Predictions[("d", null)].Answers!);
        Assert.Equal(["one", "one!", "two"], _asked.Last().GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()!));
    }

    [Fact]
    public async Task An_input_that_cannot_be_embedded_fails_alone_and_vectors_keep_their_places()
    {
        await using var run = RunFile.Open(null, Header);
        await Runner(run).EmbedAsync(((string[])["x", "bad", "yy"]).Select(text => new EmbeddingTask(text, "text:0", text, null)), Cancellation);

        Assert.Equal("bad_input", run.Predictions[("bad", "text:0")].Error?.Reason);
        Assert.Equal(1, BitConverter.ToSingle(run.Predictions[("yy", "text:0")].Vector));
    }

    private Task AnswerAsync(RunFile run, params string[] questions) =>
        Runner(run).AnswerAsync([.. questions.Select(question => new EvaluationItem(question) { Question = question })], Header.Prompt, Cancellation);

    private ModelRun Runner(RunFile run) => new(new ModelEndpoint(_http!, "m", null, TimeProvider.System), run, concurrency: 2, (_, _) => { });
}
