using System.Text.Json;
using System.Text.Json.Nodes;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

/// <summary>Answers of a model with random weights, which would say none of this of its own accord.</summary>
public sealed class ConstrainedAnswerTests : IDisposable
{
    private const string Report = """{"type":"object","properties":{"kind":{"enum":["cat","dog"]},"count":{"type":"integer"}},"required":["kind","count"]}""";

    private readonly TestPack _folder = TestPack.SmolLm2();
    private readonly ModelPack _pack;

    public ConstrainedAnswerTests() => _pack = _folder.Load();

    [Theory]
    [InlineData(0)]
    [InlineData(1.5f)]
    public async Task A_choice_is_answered_with_one_of_the_choices(float temperature)
    {
        using var engine = DecoderEngine.Load(_pack, new InferenceOptions());
        string[] choices = ["Yes.", "No.", "No idea."];
        for (var seed = 0; seed < 5; seed++)
        {
            var answer = await engine.Run(Request() with
            {
                Constraint = _pack.Constraints.Choice(choices),
                Sampling = new() { Temperature = temperature, Seed = seed, RepetitionPenalty = 1.3f, LogitBias = new Dictionary<int, float> { [77] = 100 } },
            });

            Assert.Contains(answer.Text, choices);
            Assert.Equal(FinishReason.Stop, answer.Completed.Reason);
        }
    }

    [Fact]
    public void An_answer_behind_which_nothing_can_follow_costs_no_further_step()
    {
        using var decoder = new SteppedDecoder(_pack, new InferenceOptions());
        var answer = decoder.Submit(Request() with { Constraint = _pack.Constraints.Choice(["Yes."]) });

        decoder.StepToEnd();

        Assert.Equal("Yes.", _pack.Tokenizer.Decode(answer.Ids));
        Assert.Equal(answer.Ids.Length, decoder.Scheduler.Runs); // the prompt's run gives the first token
        Assert.Equal(FinishReason.Stop, Assert.IsType<GenerationCompleted>(answer.Events[^1]).Reason);
    }

    [Fact]
    public async Task A_schema_is_answered_with_a_value_of_it_or_cut_by_the_limit()
    {
        using var engine = DecoderEngine.Load(_pack, new InferenceOptions());
        var request = Request() with { Constraint = _pack.Constraints.JsonSchema(Report) };

        var whole = await engine.Run(request);
        var cut = await engine.Run(request with { MaxNewTokens = 4 });

        var value = JsonElement.Parse(whole.Text);
        Assert.Contains(value.GetProperty("kind").GetString(), (string[])["cat", "dog"]);
        Assert.Equal(JsonValueKind.Number, value.GetProperty("count").ValueKind);
        Assert.Equal(FinishReason.Stop, whole.Completed.Reason);
        Assert.Equal((whole.Text[..cut.Text.Length], FinishReason.Length), (cut.Text, cut.Completed.Reason));
    }

    [Fact]
    public async Task A_broken_stream_goes_on_under_the_same_constraint()
    {
        using var engine = DecoderEngine.Load(_pack, new InferenceOptions());
        var request = Request() with { Constraint = _pack.Constraints.JsonSchema(Report), Sampling = new() { Temperature = 0.9f, Seed = 4 } };
        var whole = await engine.Run(request);
        for (var cut = 0; cut <= whole.Ids.Length; cut++)
        {
            var rest = await engine.Run(request with { Prefix = whole.Ids[..cut] });

            Assert.Equal(whole.Ids[cut..], rest.Ids);
            Assert.Equal(whole.Completed.Reason, rest.Completed.Reason);
        }
    }

    [Fact]
    public async Task A_prefix_that_breaks_the_constraint_is_refused()
    {
        using var engine = DecoderEngine.Load(_pack, new InferenceOptions());
        var request = Request() with { Constraint = _pack.Constraints.Choice(["Yes."]), Prefix = _pack.Tokenizer.Encode("No") };

        var error = await Assert.ThrowsAsync<MeshException>(() => engine.Run(request));

        Assert.Equal((ErrorReason.InvalidRequest, "prefix_token_ids"), (error.Reason, error.Field));
    }

    [Fact]
    public async Task Log_probabilities_are_those_of_the_model_without_the_constraint()
    {
        using var engine = DecoderEngine.Load(_pack, new InferenceOptions());
        var request = Request() with { MaxNewTokens = 1, Sampling = new() { LogProbabilities = 3 } };
        var free = (await EventsAsync(engine, request)).OfType<GeneratedToken>().Single();

        var held = (await EventsAsync(engine, request with { Constraint = _pack.Constraints.Choice(["Yes."]) })).OfType<GeneratedToken>().Single();

        // The second run takes most of its prompt from the cache, which moves the last bits.
        Assert.Equal(free.Alternatives.Select(a => a.Id), held.Alternatives.Select(a => a.Id));
        Assert.All(free.Alternatives.Zip(held.Alternatives), pair => Assert.Equal(pair.First.LogProbability, pair.Second.LogProbability, 1e-4f));
        Assert.NotEqual(free.Id, held.Id);
        Assert.True(held.LogProbability < free.LogProbability);
    }

    [Fact]
    public async Task The_likeliest_of_several_end_tokens_may_end_a_complete_answer()
    {
        const int Second = 77;
        using var folder = PublishedCopy.Of("tiny-smollm2").Edit("generation_config.json", json => json["eos_token_id"] = new JsonArray(2, Second));
        var pack = folder.Load();
        using var engine = DecoderEngine.Load(pack, new InferenceOptions());

        var answer = await engine.Run(Request() with
        {
            Constraint = pack.Constraints.JsonSchema("""{"type":"integer"}"""),
            Sampling = new() { LogitBias = new Dictionary<int, float> { [Second] = 100 } },
        });

        Assert.Single(answer.Text);
        Assert.Equal(FinishReason.Stop, answer.Completed.Reason);
    }

    [Fact]
    public void A_constraint_that_comes_again_is_the_same_one_and_the_oldest_are_forgotten()
    {
        var first = _pack.Constraints.JsonSchema(Report);

        Assert.Same(first, _pack.Constraints.JsonSchema(Report));
        Assert.Same(_pack.Constraints.Choice(["a", "b"]), _pack.Constraints.Choice(["a", "b"]));
        Assert.NotSame(_pack.Constraints.Choice(["ab", "c"]), _pack.Constraints.Choice(["a", "bc"]));
        for (var i = 0; i < 16; i++)
        {
            _pack.Constraints.Choice([$"{i}"]);
        }

        Assert.NotSame(first, _pack.Constraints.JsonSchema(Report));
    }

    public void Dispose() => _folder.Dispose();

    private static GenerationRequest Request() => new() { Prompt = [57, 274, 85], MaxNewTokens = 60 };

    private static async Task<List<GenerationEvent>> EventsAsync(DecoderEngine engine, GenerationRequest request)
    {
        List<GenerationEvent> events = [];
        await foreach (var generated in engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            events.Add(generated);
        }

        return events;
    }
}
