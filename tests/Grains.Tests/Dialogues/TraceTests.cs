using System.Collections.Concurrent;
using System.Diagnostics;

namespace MultiModalMesh.Grains.Tests.Dialogues;

public sealed class TraceTests(SharedMesh shared) : IClassFixture<SharedMesh>
{
    [Fact]
    public async Task A_turn_is_one_trace_from_the_post_to_the_decoder_and_the_next_turn_is_another()
    {
        ConcurrentQueue<Activity> spans = [];
        var both = new TaskCompletionSource();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "MultiModalMesh.Grains" or "Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.OperationName == "turn chat" && (string?)span.GetTagItem("gen_ai.conversation.id") == "traced")
                {
                    spans.Enqueue(span);
                    if (spans.Count == 2)
                    {
                        both.TrySetResult();
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("Client");
        Dictionary<string, ActivityTraceId> inDecoder = [];
        shared.Mesh.Worker.BeforeToken = (request, _, _) =>
        {
            inDecoder[request.Messages[^1].Text] = Activity.Current!.TraceId;
            return Task.CompletedTask;
        };
        var dialogue = shared.Mesh.Dialogue("traced");

        var first = await PostAsync("one");
        var second = await PostAsync("two");
        await dialogue.EndAsync(second.TurnId);

        Assert.NotEqual(first.Trace, second.Trace);
        Assert.Equal((first.Trace, second.Trace), (inDecoder["one"], inDecoder["two"]));
        await both.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal([first.Trace, second.Trace], spans.Select(span => span.TraceId));
        Assert.All(spans, span => Assert.Equal("done", span.GetTagItem("mesh.turn.state")));

        async Task<(string TurnId, ActivityTraceId Trace)> PostAsync(string text)
        {
            Activity.Current = null;
            using var post = source.StartActivity("post");
            return ((await dialogue.PostAsync(text)).TurnId, post!.TraceId);
        }
    }
}
