using System.Diagnostics;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Decoder;
using MultiModalMesh.Decoder.Conversations;
using MultiModalMesh.Decoder.Pictures;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Tests;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.ServiceDefaults.Tests;
using MultiModalMesh.Vision.V1;
using OpenTelemetry.Trace;
using Priority = MultiModalMesh.Decoder.V1.Priority;
using Role = MultiModalMesh.Decoder.V1.Message.Types.Role;

namespace MultiModalMesh.Roles.Tests.Decoder;

public sealed class GenerateTests
{
    private const string RedCup = "img_0000000000000000000000000000000000000000000000000000000000000001";
    private const string BlueCup = "img_0000000000000000000000000000000000000000000000000000000000000002";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_is_the_prompts_account_then_numbered_tokens_then_the_end()
    {
        using var pack = TestPack.SmolLm2();
        await using var role = await StartAsync(pack);

        var events = await GenerateAsync(role, Request(Say(Role.User, "How many cups are there?")));

        Assert.Equal("smollm2@0.1.0", events[0].Prompt.Model);
        var tokens = events[1..^1].Select(e => e.Token).ToList();
        Assert.Equal(Enumerable.Range(0, tokens.Count), tokens.Select(token => token.Index));
        Assert.NotEmpty(tokens);
        var usage = events[^1].Completed.Usage;
        Assert.Equal((events[0].Prompt.PromptTokens, tokens.Count), (usage.PromptTokens, usage.CompletionTokens));
    }

    [Fact]
    public async Task A_broken_answer_goes_on_behind_the_tokens_that_were_received()
    {
        using var pack = TestPack.SmolLm2();
        await using var role = await StartAsync(pack);
        var request = Request(Say(Role.User, "Tell me a story."));
        request.Sampling = new Sampling { Temperature = 1, Seed = 42 };
        var whole = Tokens(await GenerateAsync(role, request));

        request.PrefixTokenIds.AddRange(whole.Take(5).Select(token => token.TokenId));
        var rest = Tokens(await GenerateAsync(role, request));

        Assert.Equal(whole.Skip(5), rest);
    }

    [Fact]
    public async Task Log_probabilities_come_with_every_token_if_asked_for()
    {
        using var pack = TestPack.SmolLm2();
        await using var role = await StartAsync(pack);
        var request = Request(Say(Role.User, "How many cups are there?"));
        Assert.All(Tokens(await GenerateAsync(role, request)), token => Assert.False(token.HasLogProbability));

        request.LogProbabilities = 3;
        var tokens = Tokens(await GenerateAsync(role, request));

        Assert.All(tokens, token =>
        {
            Assert.Equal(3, token.Alternatives.Count);
            Assert.Equal((token.TokenId, token.LogProbability), (token.Alternatives[0].TokenId, token.Alternatives[0].LogProbability));
            Assert.InRange(token.Alternatives.Sum(alternative => Math.Exp(alternative.LogProbability)), 0, 1);
            Assert.Equal((token.Text, token.TextBytes), (token.Alternatives[0].Text, token.Alternatives[0].TextBytes));
            Assert.NotEmpty(token.TextBytes);
        });
    }

    [Fact]
    public async Task A_bias_reaches_the_model()
    {
        using var pack = TestPack.SmolLm2();
        await using var role = await StartAsync(pack);
        var request = Request(Say(Role.User, "How many cups are there?"));
        request.Sampling = new Sampling { LogitBias = { [77] = 100 } };

        Assert.All(Tokens(await GenerateAsync(role, request)), token => Assert.Equal(77, token.TokenId));
    }

    [Fact]
    public async Task A_follow_up_turn_does_not_ask_for_the_pictures_features_again()
    {
        using var pack = TestPack.SmolVlm();
        var source = new CountingSource();
        await using var role = await StartAsync(pack, source);

        await GenerateAsync(role, Request(Say(Role.User, "", RedCup)));
        await GenerateAsync(role, Request(Say(Role.User, "", RedCup), Say(Role.Assistant, "a red cup"), Say(Role.User, "which colour?")));
        Assert.Equal([RedCup], source.Asked);

        await GenerateAsync(role, Request(Say(Role.User, "", RedCup), Say(Role.Assistant, "a red cup"), Say(Role.User, "and this?", BlueCup)));
        Assert.Equal([RedCup, BlueCup], source.Asked);
    }

    [Fact]
    public async Task The_answer_depends_on_the_picture()
    {
        using var pack = TestPack.SmolVlm();
        await using var role = await StartAsync(pack, new CountingSource());

        var red = Tokens(await GenerateAsync(role, Request(Say(Role.User, "what is it?", RedCup))));
        var blue = Tokens(await GenerateAsync(role, Request(Say(Role.User, "what is it?", BlueCup))));

        Assert.NotEqual(red.Select(token => token.TokenId), blue.Select(token => token.TokenId));
    }

    [Fact]
    public async Task A_picture_for_a_pack_that_reads_none_is_CAPABILITY_MISSING()
    {
        using var pack = TestPack.SmolLm2();
        await using var role = await StartAsync(pack, new CountingSource());

        Assert.Equal(ErrorReason.CapabilityMissing, (await RefusalAsync(role, Request(Say(Role.User, "what is it?", RedCup)))).Reason);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_encoded_names_its_place_in_the_request()
    {
        using var pack = TestPack.SmolVlm();
        await using var role = await StartAsync(pack, new CountingSource { Failure = ErrorReason.ImageNotFound });

        var error = await RefusalAsync(role, Request(Say(Role.User, "hi"), Say(Role.Assistant, "hello"), Say(Role.User, "what is it?", RedCup)));

        Assert.Equal((ErrorReason.ImageNotFound, "messages[2].images[0]"), (error.Reason, error.Field));
    }

    [Theory]
    [InlineData("no messages", "messages")]
    [InlineData("ends with the assistant", "messages[1].role")]
    [InlineData("no role", "messages[0].role")]
    [InlineData("says nothing", "messages[0].text")]
    [InlineData("large text", "messages[0].text")]
    [InlineData("wrong picture", "messages[0].images[0].image_id")]
    [InlineData("temperature", "sampling.temperature")]
    [InlineData("temperature NaN", "sampling.temperature")]
    [InlineData("top_p", "sampling.top_p")]
    [InlineData("top_k", "sampling.top_k")]
    [InlineData("stop sequences", "sampling.stop_sequences")]
    [InlineData("empty stop sequence", "sampling.stop_sequences[1]")]
    [InlineData("min_p", "sampling.min_p")]
    [InlineData("repetition_penalty", "sampling.repetition_penalty")]
    [InlineData("repetition_penalty NaN", "sampling.repetition_penalty")]
    [InlineData("bias", "sampling.logit_bias[7]")]
    [InlineData("biases", "sampling.logit_bias")]
    [InlineData("max_new_tokens", "max_new_tokens")]
    [InlineData("log_probabilities", "log_probabilities")]
    [InlineData("priority", "priority")]
    [InlineData("empty constraint", "constraint")]
    [InlineData("messages and a raw prompt", "raw_prompt")]
    [InlineData("empty raw prompt", "raw_prompt.text")]
    [InlineData("raw prompt without tokens", "raw_prompt.tokens.ids")]
    [InlineData("raw prompt with a picture's place", "raw_prompt.tokens.ids")]
    public void A_wrong_request_is_told_its_field(string fault, string field)
    {
        var request = fault switch
        {
            "no messages" or "empty raw prompt" or "raw prompt without tokens" or "raw prompt with a picture's place" => Request(),
            "ends with the assistant" => Request(Say(Role.User, "hi"), Say(Role.Assistant, "hello")),
            "no role" => Request(Say(Role.Unspecified, "hi")),
            "says nothing" => Request(Say(Role.User, " ")),
            "large text" => Request(Say(Role.User, new string('é', 40_000))),
            "wrong picture" => Request(Say(Role.User, "hi", "../passwd")),
            _ => Request(Say(Role.User, "hi")),
        };
        request.Sampling = fault switch
        {
            "temperature" => new Sampling { Temperature = 2.1f },
            "temperature NaN" => new Sampling { Temperature = float.NaN },
            "top_p" => new Sampling { TopP = 1.1f },
            "top_k" => new Sampling { TopK = -1 },
            "stop sequences" => new Sampling { StopSequences = { "a", "b", "c", "d", "e" } },
            "empty stop sequence" => new Sampling { StopSequences = { "a", "" } },
            "min_p" => new Sampling { MinP = -0.1f },
            "repetition_penalty" => new Sampling { RepetitionPenalty = 11 },
            "repetition_penalty NaN" => new Sampling { RepetitionPenalty = float.NaN },
            "bias" => new Sampling { LogitBias = { [7] = 101 } },
            "biases" => new Sampling { LogitBias = { Enumerable.Range(0, 301).ToDictionary(id => id, _ => 1f) } },
            _ => null,
        };
        request.Constraint = fault == "empty constraint" ? new Constraint() : null;
        request.RawPrompt = fault switch
        {
            "messages and a raw prompt" => new RawPrompt { Text = "hi" },
            "empty raw prompt" => new RawPrompt(),
            "raw prompt without tokens" => new RawPrompt { Tokens = new TokenIds() },
            "raw prompt with a picture's place" => new RawPrompt { Tokens = new TokenIds { Ids = { 5, -1 } } },
            _ => null,
        };
        request.Priority = fault == "priority" ? (Priority)9 : Priority.Bulk;
        request.LogProbabilities = fault == "log_probabilities" ? 21 : 0;
        request.MaxNewTokens = fault == "max_new_tokens" ? 4097 : 8;

        var error = Assert.Throws<MeshException>(() => RequestChecks.Check(request));

        Assert.Equal((ErrorReason.InvalidRequest, field), (error.Reason, error.Field));
    }

    [Fact]
    public async Task An_answer_is_one_span_with_the_names_of_the_conventions()
    {
        using var pack = TestPack.SmolLm2();
        List<Activity> spans = [];
        await using var role = await StartAsync(pack, spans: spans);

        var request = Request(Say(Role.User, "hello"));
        request.CacheKey = "default/default/d1";
        var events = await GenerateAsync(role, request);
        role.App.Services.GetRequiredService<TracerProvider>().ForceFlush();

        var span = Assert.Single(spans, span => span.DisplayName == "chat smollm2");
        Assert.Equal("chat", span.GetTagItem("gen_ai.operation.name"));
        Assert.Equal("smollm2@0.1.0", span.GetTagItem("gen_ai.response.model"));
        Assert.Equal("default/default/d1", span.GetTagItem("gen_ai.conversation.id"));
        Assert.Equal(events[^1].Completed.Usage.PromptTokens, span.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal(events[^1].Completed.Usage.CompletionTokens, span.GetTagItem("gen_ai.usage.output_tokens"));
    }

    private static Task<RoleProcess> StartAsync(TestPack pack, IFeatureSource? source = null, List<Activity>? spans = null) => RoleProcess.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton(source ?? new CountingSource());
            if (spans is not null)
            {
                builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddInMemoryExporter(spans));
            }

            builder.AddDecoder();
        },
        app => app.MapDecoder(),
        settings: new() { ["Models:Paths:0"] = pack.Root });

    private static GenerateRequest Request(params Message[] messages) => new() { Messages = { messages }, MaxNewTokens = 12 };

    private static Message Say(Role role, string text, params string[] images) => new()
    {
        Role = role,
        Text = text,
        Images = { images.Select(id => new ImageReference { Tenant = "default", ImageId = id }) },
    };

    private static async Task<List<GenerateResponse>> GenerateAsync(RoleProcess role, GenerateRequest request)
    {
        using var call = new DecoderService.DecoderServiceClient(role.Channel).Generate(request, cancellationToken: Cancellation);
        List<GenerateResponse> events = [];
        await foreach (var response in call.ResponseStream.ReadAllAsync(Cancellation))
        {
            events.Add(response);
        }

        return events;
    }

    private static List<Token> Tokens(List<GenerateResponse> events) => [.. events.Where(e => e.EventCase == GenerateResponse.EventOneofCase.Token).Select(e => e.Token)];

    private static async Task<MeshException> RefusalAsync(RoleProcess role, GenerateRequest request) =>
        (await Assert.ThrowsAsync<RpcException>(() => GenerateAsync(role, request))).ToMeshException();

    /// <summary>Features that differ from picture to picture, and a record of who was asked for.</summary>
    private sealed class CountingSource : IFeatureSource
    {
        public List<string> Asked { get; } = [];

        public ErrorReason? Failure { get; init; }

        public Task<IReadOnlyList<ImageFeatures>> EncodeAsync(ModelPack pack, IReadOnlyList<ConversationPicture> pictures, GenerationPriority priority, CancellationToken cancellationToken)
        {
            if (Failure is not null)
            {
                throw new MeshException(Failure, "There is no such picture.") { Field = pictures[0].Field };
            }

            Asked.AddRange(pictures.Select(picture => picture.Reference.ImageId));
            return Task.FromResult<IReadOnlyList<ImageFeatures>>([.. pictures.Select(picture => Features(pack.ImageTokens, width: 48, picture.Reference.ImageId[^1]))]);
        }

        private static ImageFeatures Features(int tokens, int width, int seed)
        {
            var random = new Random(seed);
            return new ImageFeatures([.. Enumerable.Range(0, tokens * width).Select(_ => (random.NextSingle() - 0.5f) * 4)], tokens, width);
        }
    }
}
