using MultiModalMesh.FunctionalTests.Dialogues;
using MultiModalMesh.FunctionalTests.Processes;

namespace MultiModalMesh.FunctionalTests.Telemetry;

/// <summary>A turn is one trace, from the gateway through the silo to the decoder.</summary>
public sealed class TraceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_turn_is_one_trace_across_gateway_grain_and_decoder()
    {
        await using var collector = await TraceCollector.StartAsync(Cancellation);
        using var data = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address, ["OTEL_BSP_SCHEDULE_DELAY"] = "200" };
        await using var mesh = await RunningMesh.StartAsync(data.Path, Cancellation, environment);
        var client = new DialogueClient(mesh.Client);
        var image = await client.UploadAsync(Scenes.Get(190).Png(), Cancellation);
        await client.AskAsync("traced", "", [image], Cancellation);

        var spans = await collector.WaitForAsync(
            seen => seen.Any(IsChat) && seen.Any(s => IsTurnRequest(s) && s.TraceId == seen.First(IsChat).TraceId),
            "the chat span of the decoder in the trace of the posted turn",
            Cancellation);

        var chat = spans.First(IsChat);
        var trace = spans.Where(s => s.TraceId == chat.TraceId).ToList();
        Assert.Contains(trace, IsTurnRequest);
        Assert.Contains(chat.Attributes, a => a.Key == "gen_ai.usage.output_tokens");
        Assert.Contains(chat.Attributes, a => a.Key == "gen_ai.request.model" || a.Key == "gen_ai.response.model");

        static bool IsChat(Span span) => span.Name.StartsWith("chat ", StringComparison.Ordinal);

        static bool IsTurnRequest(Span span) =>
            span.Name.StartsWith("POST ", StringComparison.Ordinal) && span.Name.Contains("turns", StringComparison.Ordinal);
    }
}
