using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

public sealed class SchedulerTests : IDisposable
{
    private readonly TestPack _folder = TestPack.SmolLm2();

    [Fact]
    public void All_sequences_advance_in_one_run_per_step()
    {
        using var decoder = Open(new() { MaxConcurrentSequences = 5 });
        var answers = Enumerable.Range(0, 5).Select(i => decoder.Submit(Request(promptLength: 3 + (7 * i), tokens: 30))).ToList();
        decoder.Scheduler.Step();
        Assert.True(decoder.CanPad);
        Assert.Equal(5, decoder.Scheduler.Runs);

        for (var step = 1; step <= 10; step++)
        {
            decoder.Scheduler.Step();
            Assert.Equal(5 + step, decoder.Scheduler.Runs);
            Assert.All(answers, answer => Assert.Equal(1 + step, answer.Ids.Length));
        }
    }

    [Fact]
    public void A_sequence_joins_and_leaves_while_others_are_under_way()
    {
        using var decoder = Open(new() { MaxConcurrentSequences = 2 });
        var longer = decoder.Submit(Request(promptLength: 40, tokens: 100));
        decoder.StepUntil(() => longer.Ids.Length == 10, "10 tokens");

        var shorter = decoder.Submit(Request(promptLength: 4, tokens: 5));
        decoder.StepUntil(() => shorter.HasEnded, "the short answer");

        Assert.Equal(5, shorter.Ids.Length);
        Assert.InRange(longer.Ids.Length, 15, 16);
        Assert.Equal(1, decoder.Scheduler.Active);
    }

    [Fact]
    public void A_long_prompt_does_not_stall_what_is_under_way()
    {
        using var decoder = Open(new() { PrefillChunk = 8 });
        var running = decoder.Submit(Request(promptLength: 3, tokens: 200));
        decoder.StepUntil(() => running.Ids.Length == 2, "2 tokens");

        var longPrompt = decoder.Submit(Request(promptLength: 400, tokens: 1));
        decoder.StepUntil(() => longPrompt.Ids.Length == 1, "the first token of the long prompt");

        Assert.Equal(2 + (400 / 8), running.Ids.Length);
    }

    [Fact]
    public void Short_prompts_share_a_step()
    {
        using var decoder = Open(new() { PrefillChunk = 12 });
        var answers = Enumerable.Range(0, 4).Select(_ => decoder.Submit(Request(promptLength: 3, tokens: 5))).ToList();

        decoder.Scheduler.Step();

        Assert.All(answers, answer => Assert.Single(answer.Ids));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void A_cancelled_answers_place_is_taken_in_the_next_step(int steps)
    {
        using var decoder = Open(new() { MaxConcurrentSequences = 1, PrefillChunk = 8 });
        using var stop = new CancellationTokenSource();
        var running = decoder.SubmitCancellable(Request(promptLength: 20, tokens: 200), stop.Token);
        var waiting = decoder.Submit(Request(promptLength: 3, tokens: 5));
        for (var i = 0; i <= steps; i++)
        {
            decoder.Scheduler.Step();
        }

        Assert.True(running.HasStarted && !waiting.HasStarted);
        stop.Cancel();
        decoder.Scheduler.Step();

        Assert.True(running.HasEnded && waiting.HasStarted);
        decoder.StepToEnd();
        Assert.Equal(0, decoder.Scheduler.RunningMemory.Bytes);
    }

    [Fact]
    public void Interactive_answers_go_first_and_bulk_ones_are_not_starved()
    {
        using var decoder = Open(new() { MaxConcurrentSequences = 1 });
        var bulk = Enumerable.Range(0, 2).Select(_ => decoder.Submit(Request(3, 1) with { Priority = GenerationPriority.Bulk })).ToList();
        var interactive = Enumerable.Range(0, 10).Select(_ => decoder.Submit(Request(3, 1))).ToList();
        List<string> order = [];
        while (decoder.Scheduler.HasWork)
        {
            decoder.Scheduler.Step();
            order.AddRange(bulk.Where(answer => answer.HasEnded).Select((_, i) => $"bulk {i}").Except(order));
            order.AddRange(interactive.Where(answer => answer.HasEnded).Select((_, i) => $"interactive {i}").Except(order));
        }

        Assert.Equal((4, 9), (order.IndexOf("bulk 0"), order.IndexOf("bulk 1")));
        Assert.Equal("interactive 0", order[0]);
    }

    [Fact]
    public void One_answer_too_many_is_refused_at_once_with_a_delay()
    {
        using var decoder = Open(new() { MaxConcurrentSequences = 2, MaxWaitingSequences = 1 });
        for (var i = 0; i < 3; i++)
        {
            decoder.Submit(Request(3, 50));
        }

        Assert.Equal(ErrorReason.Overloaded, Assert.Throws<MeshException>(() => decoder.Submit(Request(3, 50))).Reason);
        decoder.Scheduler.Step();
        var error = Assert.Throws<MeshException>(() => decoder.Submit(Request(3, 50)));

        Assert.True(error.RetryAfter > TimeSpan.Zero);
        Assert.Contains("1 answers are waiting already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_waited_and_whose_reader_has_gone_takes_no_place_any_more()
    {
        using var decoder = Open(new() { MaxConcurrentSequences = 1, MaxWaitingSequences = 1 });
        decoder.Submit(Request(3, 50));
        decoder.Scheduler.Step();
        var waiting = decoder.Submit(Request(3, 50));

        decoder.Queue.Forget(waiting.Sequence);

        Assert.Equal((0, 53), (decoder.Queue.Waiting, decoder.Queue.TokensInFlight));
        decoder.Submit(Request(3, 50));
    }

    [Fact]
    public void More_tokens_than_allowed_in_flight_are_refused_with_both_numbers_and_a_delay()
    {
        using var decoder = Open(new() { MaxTokensInFlight = 100 });
        decoder.Submit(Request(promptLength: 30, tokens: 30));

        var error = Assert.Throws<MeshException>(() => decoder.Submit(Request(promptLength: 20, tokens: 21)));

        Assert.Equal(ErrorReason.Overloaded, error.Reason);
        Assert.True(error.RetryAfter > TimeSpan.Zero);
        Assert.Contains("60 tokens are in flight already, and 41 more would be over the limit of 100", error.Message, StringComparison.Ordinal);
        decoder.Submit(Request(promptLength: 20, tokens: 20));
        decoder.StepToEnd();
        Assert.Equal(0, decoder.Queue.TokensInFlight);
        decoder.Submit(Request(promptLength: 150, tokens: 1));
    }

    [Fact]
    public void Memory_stays_within_its_budgets_under_a_ten_times_overload()
    {
        using var model = Open(new());
        var perPosition = model.Graph.Layout.BytesPerPosition;
        var options = new InferenceOptions
        {
            MaxConcurrentSequences = 8,
            MaxWaitingSequences = 8,
            RunningKvBytes = 2 * 600 * perPosition,
            PrefixCacheBytes = 500 * perPosition,
            PrefillChunk = 16,
        };
        using var decoder = Open(options);
        var random = new Random(3);
        List<(Submitted Answer, CancellationTokenSource Stop)> accepted = [];
        var refused = 0;
        for (var arrival = 0; arrival < 160; arrival++)
        {
            var stop = new CancellationTokenSource();
            try
            {
                accepted.Add((decoder.SubmitCancellable(Request(random.Next(1, 60), random.Next(1, 60), random.Next()), stop.Token), stop));
            }
            catch (MeshException e) when (e.Reason == ErrorReason.Overloaded)
            {
                refused++;
            }

            if (arrival % 8 == 0)
            {
                decoder.Scheduler.Step();
            }

            if (arrival % 20 == 19)
            {
                accepted[random.Next(accepted.Count)].Stop.Cancel();
            }
        }

        decoder.StepToEnd();

        Assert.True(refused > 100, $"only {refused} were refused");
        Assert.All(accepted, one => Assert.True(one.Answer.HasEnded));
        Assert.InRange(decoder.Scheduler.RunningMemory.Peak, 1, options.RunningKvBytes);
        Assert.InRange(decoder.Scheduler.CachedMemory.Peak, 1, options.PrefixCacheBytes);
        Assert.Equal((0, 0), (decoder.Scheduler.RunningMemory.Bytes, decoder.Queue.TokensInFlight));
        accepted.ForEach(one => one.Stop.Dispose());
    }

    [Fact]
    public void A_step_leaves_little_to_the_garbage_collector()
    {
        using var decoder = Open(new() { MaxConcurrentSequences = 8 });
        var answers = Enumerable.Range(0, 8).Select(i => decoder.Submit(Request(promptLength: 10 + i, tokens: 200))).ToList();
        decoder.StepUntil(() => answers.All(answer => answer.Ids.Length > 60), "60 tokens");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 50; step++)
        {
            decoder.Scheduler.Step();
        }

        // Text and event of each token, and handles and names for the runtime, of which this model needs 8 a step for its keys and values.
        var perToken = (GC.GetAllocatedBytesForCurrentThread() - before) / (50.0 * answers.Count);
        TestContext.Current.TestOutputHelper?.WriteLine($"{perToken:F0} bytes a token");
        Assert.InRange(perToken, 1, 1_000);
    }

    [Fact]
    public void Batched_chunked_cached_and_single_runs_give_the_same_greedy_text()
    {
        var random = new Random(8);
        using var single = Open(new() { MaxConcurrentSequences = 1, PrefixCacheBytes = 0 });
        using var batched = Open(new() { MaxConcurrentSequences = 6, PrefillChunk = 11 });
        var begin = Request(30, 1).Prompt;
        var requests = Enumerable.Range(0, 30).Select(i => Request(random.Next(1, 70), random.Next(1, 50), i)).ToList();
        requests = [.. requests.Select((request, i) => i % 3 == 0 ? request with { Prompt = [.. begin, .. request.Prompt] } : request)];

        var answers = new List<Submitted>();
        foreach (var request in requests)
        {
            answers.Add(batched.Submit(request));
            for (var steps = random.Next(12); steps > 0; steps--)
            {
                batched.Scheduler.Step();
            }
        }

        batched.StepToEnd();

        Assert.True(answers.Sum(answer => ((PromptAccepted)answer.Events[0]).CachedTokens) > 100, "the cache was hardly used");
        foreach (var (request, answer) in requests.Zip(answers))
        {
            var expected = single.Submit(request);
            single.StepToEnd();
            Assert.Equal(expected.Ids, answer.Ids);
        }
    }

    public void Dispose() => _folder.Dispose();

    private SteppedDecoder Open(InferenceOptions options) => new(_folder.Load(), options);

    private static GenerationRequest Request(int promptLength, int tokens, int seed = 1)
    {
        var random = new Random(seed);

        // The end token is biased away, so that an answer is as long as it may.
        return new()
        {
            Prompt = [.. Enumerable.Range(0, promptLength).Select(_ => random.Next(3, 500))],
            MaxNewTokens = tokens,
            Sampling = new() { LogitBias = new Dictionary<int, float> { [2] = -100 } },
        };
    }
}
