using System.Collections.Concurrent;
using System.Diagnostics;
using MultiModalMesh.Benchmarks.Decoding;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Packs;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Routing;

/// <summary>Turns of many dialogues arrive at 70 % of what the engines can serve where each turn goes anywhere.</summary>
internal sealed class AffinityGain : IMeasurement
{
    private const int Workers = 4, Dialogues = 64, FirstPrompt = 320, Question = 24, AnswerTokens = 8;
    private const double Load = 0.7;

    /// <summary>A worker's cache holds a third of the dialogues: all of its own, not everybody's.</summary>
    private const int CachedDialogues = 22;

    public string Name => "affinity";

    public string About => "4 workers, 64 dialogues, 70 % load: first token by the mesh's routing against random workers, and how often the prefix was there";

    public async Task MeasureAsync(Bench bench)
    {
        var pack = ModelPack.Load(bench.Packs.SmallDecoder, verifyChecksums: false);
        var turns = bench.Size(7, 4);
        var rate = Load * await CapacityAsync(pack, turns);
        bench.Log($"70 % are {Numbers.Text(rate)} turns a second");
        var hits = new List<double>();
        var randomHits = new List<double>();
        var pairs = await Pairs.MeasureAsync(
            bench.Size(5, 1),
            () => FirstTokenAsync(pack, turns, rate, new RandomChoice(new Random(5)), randomHits),
            () => FirstTokenAsync(pack, turns, rate, null, hits));
        bench.Add(new Row(
            "turns whose dialogue's prefix was there", new Reading("random", "", Spread.Of(randomHits)), new Reading("affinity", "", Spread.Of(hits)), "",
            Spread.Of(hits), Bar.AtLeast(0.9)));
        bench.Add(Row.Ratio("first token at 70 % load, p50, affinity / random", "ms", pairs, "random", "affinity", Bar.AtMost(0.6)));
    }

    private static InferenceOptions Options(int turns)
    {
        var shape = LlamaShape.Small;
        var longest = FirstPrompt + (turns * (Question + AnswerTokens));
        return new() { MaxConcurrentSequences = 8, PrefixCacheBytes = (long)CachedDialogues * longest * 2 * shape.Layers * shape.KvHeads * shape.HeadWidth * sizeof(float) };
    }

    /// <summary>Turns a second with more callers than there are places for a step to be shared by.</summary>
    private static async Task<double> CapacityAsync(ModelPack pack, int turns)
    {
        using var engines = new RoutedEngines(pack, Workers, Options(turns), new RandomChoice(new Random(4)));
        var idle = new ConcurrentQueue<Dialogue>(Start(seed: 4));
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Workers * 4).Select(async _ =>
        {
            while (idle.TryDequeue(out var dialogue))
            {
                await dialogue.TurnAsync(engines);
                if (dialogue.Turns < turns)
                {
                    idle.Enqueue(dialogue);
                }
            }
        }));
        return Dialogues * turns / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> FirstTokenAsync(ModelPack pack, int turns, double rate, IRoutingPolicy? policy, List<double> hits)
    {
        using var engines = new RoutedEngines(pack, Workers, Options(turns), policy);
        var random = new Random(6);
        var idle = new ConcurrentQueue<Dialogue>(Start(seed: 6).OrderBy(_ => random.Next()));
        var measured = new ConcurrentBag<(double FirstToken, bool Hit)>();
        var running = new List<Task>();
        var start = Stopwatch.GetTimestamp();
        var due = 0.0;
        while (running.Count < Dialogues * turns)
        {
            due -= Math.Log(1 - random.NextDouble()) / rate;
            if (TimeSpan.FromSeconds(due) - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } early)
            {
                await Task.Delay(early);
            }

            // Only at the end are all dialogues being answered.
            Dialogue? dialogue;
            while (!idle.TryDequeue(out dialogue))
            {
                await Task.WhenAny(running.Where(turn => !turn.IsCompleted).DefaultIfEmpty(Task.CompletedTask));
            }

            running.Add(TurnAsync(dialogue));
        }

        await Task.WhenAll(running);
        hits.Add(measured.Count(turn => turn.Hit) / (double)measured.Count);
        return Spread.Of(measured.Select(turn => turn.FirstToken)).Median;

        async Task TurnAsync(Dialogue dialogue)
        {
            var before = dialogue.PromptLength;
            var answer = await dialogue.TurnAsync(engines);
            if (dialogue.Turns > 1)
            {
                // Of an answer's last token nothing was computed.
                measured.Add((answer.FirstToken, answer.CachedTokens >= before - 1));
            }

            if (dialogue.Turns < turns)
            {
                idle.Enqueue(dialogue);
            }
        }
    }

    private static List<Dialogue> Start(int seed)
    {
        var prompts = new Prompts(LlamaShape.Small.Vocabulary, seed);
        return [.. Enumerable.Range(0, Dialogues).Select(i => new Dialogue($"dialogue{i}", prompts.Next(FirstPrompt), new Prompts(LlamaShape.Small.Vocabulary, (seed * 1000) + i)))];
    }

    private sealed class Dialogue(string key, int[] prompt, Prompts questions)
    {
        private int[] _prompt = prompt;

        public int Turns { get; private set; }

        public int PromptLength => _prompt.Length;

        public async Task<Answer> TurnAsync(RoutedEngines engines)
        {
            _prompt = Turns == 0 ? _prompt : [.. _prompt, .. questions.Next(Question)];
            var answer = await engines.AnswerAsync(_prompt, AnswerTokens, key);
            _prompt = [.. _prompt, .. answer.Tokens];
            Turns++;
            return answer;
        }
    }
}
