using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Decoding;

internal sealed class GrpcOverhead : IMeasurement
{
    public string Name => "grpc";

    public string About => "what gRPC adds to a first token, over the engine's own call";

    public async Task MeasureAsync(Bench bench)
    {
        await MeasureAsync(bench, bench.Packs.Decoder, "SmolLM2-135M-sized", bench.Size(200, 20));
        await MeasureAsync(bench, bench.Packs.TinyDecoder, "decoder of no weight", bench.Size(2000, 200));
    }

    private static async Task MeasureAsync(Bench bench, string pack, string model, int calls)
    {
        await using var client = await DecoderClient.StartAsync(pack);
        var question = new Prompts(0, 4).Words(8);
        var prompt = client.Pack.Pack.ChatPrompt!.Build([new ChatMessage(ChatRole.User, question)], 1).Tokens;
        var engine = client.Pack.RequireDecoder();
        await MeasureAsync(calls / 10);

        // The prompt is warm, so a first token is one step on either side and what differs is the way to it.
        var pairs = await MeasureAsync(calls);
        var (theirs, ours) = (new Reading("engine p50", "ms", Spread.Of(pairs.Theirs)), new Reading("gRPC p50", "ms", Spread.Of(pairs.Ours)));
        bench.Add(new Row($"gRPC adds to a first token, p50, {model}", theirs, ours, "ms", Spread.Of(ours.Value.Median - theirs.Value.Median), Bar.AtMost(2)));
        theirs = new Reading("engine p99", "ms", Spread.Of(Tail(pairs.Theirs)));
        ours = new Reading("gRPC p99", "ms", Spread.Of(Tail(pairs.Ours)));
        bench.Add(new Row($"gRPC adds to a first token, p99, {model}", theirs, ours, "ms", Spread.Of(ours.Value.Median - theirs.Value.Median), Bar.AtMost(10)));

        Task<Pairs> MeasureAsync(int count) => Pairs.MeasureAsync(
            count, async () => (await Engine.AnswerAsync(engine, prompt, 1)).FirstToken, async () => (await client.AskAsync(question, 1)).Milliseconds);
    }

    private static double Tail(double[] values) => Spread.Percentile([.. values.Order()], 0.99);
}
