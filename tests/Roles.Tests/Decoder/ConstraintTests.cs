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
using Role = MultiModalMesh.Decoder.V1.Message.Types.Role;

namespace MultiModalMesh.Roles.Tests.Decoder;

/// <summary>Constraints and raw prompts, on packs as they are published.</summary>
public sealed class ConstraintTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_choice_and_a_schema_are_kept()
    {
        using var pack = TestPack.SmolLm2();
        await using var role = await StartAsync(pack.Root);

        Assert.Contains(await TextAsync(role, Chat(new Constraint { Choices = new Choices { Texts = { "red", "blue" } } })), (string[])["red", "blue"]);
        Assert.Contains(await TextAsync(role, Chat(new Constraint { JsonSchema = """{"type":"boolean"}""" })), (string[])["true", "false"]);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"x"}}}""", "constraint.json_schema.properties.a.pattern")]
    [InlineData("""{"type":""", "constraint.json_schema")]
    [InlineData(null, "constraint.choices.texts[1]")]
    public async Task A_constraint_that_cannot_be_kept_is_refused_with_the_path_into_it(string? schema, string field)
    {
        using var pack = TestPack.SmolLm2();
        await using var role = await StartAsync(pack.Root);

        var constraint = schema is null ? new Constraint { Choices = new Choices { Texts = { "red", "" } } } : new Constraint { JsonSchema = schema };
        var error = (await Assert.ThrowsAsync<RpcException>(() => TextAsync(role, Chat(constraint)))).ToMeshException();

        Assert.Equal((ErrorReason.InvalidRequest, field), (error.Reason, error.Field));
    }

    [Fact]
    public async Task A_raw_prompt_is_completed_as_by_the_reference_whether_as_text_or_as_tokens()
    {
        using var pack = PublishedCopy.Of("tiny-smollm2");
        await using var role = await StartAsync(pack.Root);
        var tokenizer = pack.Load().Tokenizer;
        foreach (var golden in Fixtures.Goldens("tiny-smollm2").GetProperty("prompts").EnumerateArray())
        {
            var ids = golden.GetProperty("input_ids").Ints();
            var expected = golden.GetProperty("greedy_ids").Ints().TakeWhile(id => id != 2);

            Assert.Equal(expected, await IdsAsync(role, new RawPrompt { Tokens = new TokenIds { Ids = { ids } } }));
            Assert.Equal(expected, await IdsAsync(role, new RawPrompt { Text = tokenizer.Decode(ids, skipSpecialTokens: false) }));
        }
    }

    [Fact]
    public async Task A_captioner_takes_no_raw_prompt()
    {
        using var pack = PublishedCopy.Of("tiny-vit-gpt2");
        await using var role = await StartAsync(pack.Root);

        var request = new GenerateRequest { Model = "tiny-vit-gpt2", RawPrompt = new RawPrompt { Text = "hi" } };
        var error = (await Assert.ThrowsAsync<RpcException>(() => TextAsync(role, request))).ToMeshException();

        Assert.Equal(ErrorReason.CapabilityMissing, error.Reason);
    }

    private static Task<RoleProcess> StartAsync(string models) => RoleProcess.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<IFeatureSource, NoPictures>();
            builder.AddDecoder();
        },
        app => app.MapDecoder(),
        settings: new() { ["Models:Paths:0"] = models });

    private static GenerateRequest Chat(Constraint constraint) =>
        new() { Messages = { new Message { Role = Role.User, Text = "Which colour?" } }, Constraint = constraint, MaxNewTokens = 24 };

    private static async Task<string> TextAsync(RoleProcess role, GenerateRequest request) =>
        string.Concat((await GenerateAsync(role, request)).Select(e => e.Token?.TextDelta ?? e.Completed?.TextDelta));

    private static async Task<IEnumerable<int>> IdsAsync(RoleProcess role, RawPrompt prompt) =>
        (await GenerateAsync(role, new GenerateRequest { RawPrompt = prompt, MaxNewTokens = 24 })).Where(e => e.Token is not null).Select(e => e.Token.TokenId);

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

    private sealed class NoPictures : IFeatureSource
    {
        public Task<IReadOnlyList<ImageFeatures>> EncodeAsync(ModelPack pack, IReadOnlyList<ConversationPicture> pictures, GenerationPriority priority, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<ImageFeatures>>([]);
    }
}
