using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

public sealed class DecoderEngineTests
{
    private static readonly string[] Questions = ["How many bridges are there?", "And the tall harbour?", "What is the bicycle doing?"];

    [Fact]
    public async Task Greedy_tokens_equal_those_of_the_reference_for_text()
    {
        using var folder = TestPack.SmolLm2();
        var pack = folder.Load();
        using var engine = DecoderEngine.Load(pack, new InferenceOptions { PrefillChunk = 7 });
        foreach (var golden in Fixtures.Goldens("tiny-smollm2").GetProperty("prompts").EnumerateArray())
        {
            var answer = await engine.Run(new() { Prompt = golden.GetProperty("input_ids").Ints(), MaxNewTokens = 24 });

            Assert.Equal(golden.GetProperty("greedy_ids").Ints(), answer.Ids);
            Assert.Equal(pack.Tokenizer.Decode(answer.Ids), answer.Text);
            Assert.Equal(FinishReason.Length, answer.Completed.Reason);
        }
    }

    [Fact]
    public async Task Keys_and_values_that_no_prompt_used_for_a_while_are_freed_although_nothing_arrives()
    {
        using var folder = TestPack.SmolLm2();
        var time = new FakeTimeProvider();
        using var engine = DecoderEngine.Load(folder.Load(), new InferenceOptions { CacheLifetime = TimeSpan.FromHours(1) }, time);
        await engine.Run(new() { Prompt = [1, 2, 3, 4], MaxNewTokens = 4, CacheKey = "deleted" });
        Assert.True(engine.KvBytes > 0);

        time.Advance(TimeSpan.FromMinutes(66));

        var freed = SpinWait.SpinUntil(() => engine.KvBytes == 0, TimeSpan.FromSeconds(60));
        Assert.True(freed, $"{engine.KvBytes} bytes are kept a minute later");
    }

    [Fact]
    public async Task Greedy_tokens_equal_those_of_the_reference_with_a_picture()
    {
        using var folder = TestPack.SmolVlm();
        using var engine = DecoderEngine.Load(folder.Load(), new InferenceOptions { PrefillChunk = 10 });
        var (prompt, image, expected) = PicturePrompt();

        var answer = await engine.Run(new() { Prompt = prompt, Image = image, MaxNewTokens = 24 });

        Assert.Equal(expected, answer.Ids);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task Greedy_tokens_equal_those_of_the_reference_where_the_picture_is_seen_by_cross_attention(int atOnce)
    {
        using var folder = TestPack.VitGpt2();
        using var engine = DecoderEngine.Load(folder.Load(), new InferenceOptions { MaxConcurrentSequences = atOnce });
        var goldens = Fixtures.Goldens("tiny-vit-gpt2").GetProperty("images").EnumerateArray().ToList();

        var answers = await Task.WhenAll(goldens.Select(golden => engine.Run(new()
        {
            Prompt = golden.GetProperty("decoder_input_ids").Ints(),
            Image = new(Fixtures.NpyFloats("tiny-vit-gpt2", golden.GetProperty("last_hidden_state").GetProperty("npy").GetString()!), 17, 40),
            MaxNewTokens = 24,
        })));

        // Where the reference goes on behind the end token, the answer ends before it.
        Assert.All(goldens.Zip(answers), pair => Assert.Equal(pair.First.GetProperty("greedy_ids").Ints().TakeWhile(id => id != 486), pair.Second.Ids));
    }

    [Fact]
    public async Task The_end_token_ends_the_answer_and_is_not_part_of_it()
    {
        using var folder = TestPack.SmolLm2();
        using var engine = DecoderEngine.Load(folder.Load(), new InferenceOptions());
        var golden = Fixtures.Goldens("tiny-smollm2").GetProperty("stops_at_eos");

        var answer = await engine.Run(new() { Prompt = golden.GetProperty("input_ids").Ints() });

        Assert.Equal(FinishReason.Stop, answer.Completed.Reason);
        Assert.Equal(golden.GetProperty("greedy_ids").Ints()[..^1], answer.Ids);
    }

    [Fact]
    public async Task A_dialogue_with_a_warm_cache_gets_the_same_text_as_without()
    {
        using var folder = TestPack.SmolLm2();
        var pack = folder.Load();
        using var cold = DecoderEngine.Load(pack, new InferenceOptions { PrefixCacheBytes = 0 });
        using var warm = DecoderEngine.Load(pack, new InferenceOptions());
        List<ChatMessage> messages = [];
        foreach (var question in Questions)
        {
            messages.Add(new(ChatRole.User, question));
            var request = new GenerationRequest { Prompt = pack.ChatPrompt!.Build(messages, 12).Tokens, MaxNewTokens = 12, CacheKey = "d1" };
            var expected = await cold.Run(request);
            var answer = await warm.Run(request);

            Assert.Equal(expected.Ids, answer.Ids);
            Assert.Equal(0, expected.Completed.Usage.CachedTokens);
            Assert.Equal(messages.Count > 1, answer.Completed.Usage.CachedTokens > 0);
            messages.Add(new(ChatRole.Assistant, answer.Text));
        }
    }

    [Fact]
    public async Task Keys_and_values_of_one_picture_are_never_used_for_another()
    {
        using var folder = TestPack.SmolVlm();
        var pack = folder.Load();
        using var cold = DecoderEngine.Load(pack, new InferenceOptions { PrefixCacheBytes = 0 });
        using var warm = DecoderEngine.Load(pack, new InferenceOptions());
        var (prompt, image, _) = PicturePrompt();
        var other = image with { Values = [.. image.Values.Select(v => -v)] };
        var first = await warm.Run(new() { Prompt = prompt, Image = image, MaxNewTokens = 8 });
        var request = new GenerationRequest { Prompt = prompt, Image = other, MaxNewTokens = 8 };

        var answer = await warm.Run(request);

        Assert.Equal((await cold.Run(request)).Ids, answer.Ids);
        Assert.True(answer.Completed.Usage.CachedTokens < Array.IndexOf(prompt, GenerationRequest.ImagePosition) + 1, "cached beyond the picture");
        Assert.Equal(first.Ids, (await warm.Run(new() { Prompt = prompt, Image = image, MaxNewTokens = 8 })).Ids);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.9f)]
    public async Task A_broken_stream_goes_on_elsewhere_with_the_same_text(float temperature)
    {
        using var folder = TestPack.SmolLm2();
        var pack = folder.Load();
        using var one = DecoderEngine.Load(pack, new InferenceOptions());
        using var two = DecoderEngine.Load(pack, new InferenceOptions());
        var request = new GenerationRequest
        {
            Prompt = pack.ChatPrompt!.Build([new(ChatRole.User, Questions[0])], 20).Tokens,
            MaxNewTokens = 20,
            Sampling = new() { Temperature = temperature, TopP = 0.95f, Seed = 42, StopSequences = ["no such text"] },
        };
        var whole = await one.Run(request);
        for (var cut = 0; cut <= whole.Ids.Length; cut++)
        {
            var rest = await two.Run(request with { Prefix = whole.Ids[..cut] });

            Assert.Equal(whole.Ids[cut..], rest.Ids);
            Assert.Equal(whole.Text, string.Concat(whole.Deltas.Take(cut)) + rest.Text);
            Assert.Equal(whole.Completed.Reason, rest.Completed.Reason);
            Assert.Equal(whole.Ids.Length, rest.Completed.Usage.CompletionTokens);
        }
    }

    [Fact]
    public async Task Concurrent_answers_do_not_disturb_each_other()
    {
        using var folder = TestPack.SmolLm2();
        using var engine = DecoderEngine.Load(folder.Load(), new InferenceOptions { MaxConcurrentSequences = 3, PrefillChunk = 5 });
        var goldens = Fixtures.Goldens("tiny-smollm2").GetProperty("prompts").EnumerateArray().ToList();

        var answers = await Task.WhenAll(goldens.Select(g => engine.Run(new() { Prompt = g.GetProperty("input_ids").Ints(), MaxNewTokens = 24 })));

        Assert.All(goldens.Zip(answers), pair => Assert.Equal(pair.First.GetProperty("greedy_ids").Ints(), pair.Second.Ids));
    }

    [Fact]
    public async Task A_cancelled_answer_ends_with_its_readers_token_and_gives_its_place_back()
    {
        using var folder = TestPack.SmolLm2();
        using var engine = DecoderEngine.Load(folder.Load(), new InferenceOptions { MaxConcurrentSequences = 1, MaxWaitingSequences = 1 });
        var request = new GenerationRequest { Prompt = [57, 274, 85], MaxNewTokens = 5 };
        using var stop = new CancellationTokenSource();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in engine.GenerateAsync(request with { MaxNewTokens = 0 }, stop.Token))
            {
                await stop.CancelAsync();
            }
        });

        Assert.Equal(stop.Token, error.CancellationToken);
        Assert.NotEmpty((await engine.Run(request)).Ids);
    }

    [Fact]
    public async Task A_stop_sequence_that_spans_tokens_ends_the_text_before_it()
    {
        using var folder = TestPack.SmolLm2();
        using var engine = DecoderEngine.Load(folder.Load(), new InferenceOptions());
        var golden = Fixtures.Goldens("tiny-smollm2").GetProperty("prompts")[4];

        // "m\x18\x18\x18\x18\x18bre\x19 ...": "8bre" style borders lie between tokens.
        var answer = await engine.Run(new()
        {
            Prompt = golden.GetProperty("input_ids").Ints(),
            MaxNewTokens = 24,
            Sampling = new() { StopSequences = ["\u0018bre"] },
        });

        Assert.Equal("m\u0018\u0018\u0018\u0018", answer.Text);
        Assert.Equal(FinishReason.StopSequence, answer.Completed.Reason);
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_refused_with_both_numbers()
    {
        using var folder = TestPack.SmolLm2(context: 20);
        using var engine = DecoderEngine.Load(folder.Load(), new InferenceOptions());

        var error = await Assert.ThrowsAsync<MeshException>(() => engine.Run(new() { Prompt = new int[20] }));

        Assert.Equal(ErrorReason.PromptTooLong, error.Reason);
        Assert.Contains("20 positions; the model reads 20", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_ends_where_the_context_ends()
    {
        using var folder = TestPack.SmolLm2(context: 20);
        using var engine = DecoderEngine.Load(folder.Load(), new InferenceOptions());

        var answer = await engine.Run(new() { Prompt = [57, 274, 85, 85, 275, 383, 391], MaxNewTokens = 100 });

        Assert.Equal(13, answer.Ids.Length);
        Assert.Equal(FinishReason.Length, answer.Completed.Reason);
    }

    internal static (int[] Prompt, ImageFeatures Image, int[] Expected) PicturePrompt()
    {
        var goldens = Fixtures.Goldens("tiny-smolvlm");
        var golden = goldens.GetProperty("prompts")[0];
        var placeholder = golden.GetProperty("input_ids").Ints().GroupBy(id => id).OrderByDescending(g => g.Count()).First().Key;
        int[] prompt = [.. golden.GetProperty("input_ids").Ints().Select(id => id == placeholder ? GenerationRequest.ImagePosition : id)];
        return (prompt, new ImageFeatures(Fixtures.NpyFloats("tiny-smolvlm", "goldens", "features_rgb.npy"), 52, 48), golden.GetProperty("greedy_ids").Ints());
    }
}

internal sealed record Answer(PromptAccepted Accepted, int[] Ids, string[] Deltas, GenerationCompleted Completed)
{
    public string Text => string.Concat(Deltas) + Completed.TextDelta;
}

internal static class DecoderEngineRuns
{
    public static async Task<Answer> Run(this DecoderEngine engine, GenerationRequest request)
    {
        List<GenerationEvent> events = [];
        await foreach (var generated in engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            events.Add(generated);
        }

        var tokens = events.OfType<GeneratedToken>().ToList();
        Assert.Equal(Enumerable.Range(request.Prefix.Count, tokens.Count), tokens.Select(t => t.Index));
        return new Answer(
            Assert.IsType<PromptAccepted>(events[0]), [.. tokens.Select(t => t.Id)], [.. tokens.Select(t => t.TextDelta)],
            Assert.IsType<GenerationCompleted>(events[^1]));
    }
}
