using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using MultiModalMesh.Decoder;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Tests;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.ServiceDefaults.Tests;
using MultiModalMesh.TextEncoder;
using MultiModalMesh.Tokenization.V1;

namespace MultiModalMesh.Roles.Tests.ModelHosting;

/// <summary>The tokenizer of any pack, in a process that is a text encoder and a decoder at once.</summary>
public sealed class TokenizationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tiny-clip")]
    [InlineData("tiny-siglip")]
    [InlineData("tiny-smollm2")]
    public async Task Texts_and_ids_become_each_other_as_in_the_reference(string fixture)
    {
        using var pack = PublishedCopy.Of(fixture);
        await using var role = await StartAsync(pack);
        var client = new TokenizationService.TokenizationServiceClient(role.Channel);
        foreach (var golden in Fixtures.Goldens(fixture).GetProperty("texts").EnumerateArray().Take(20))
        {
            var text = golden.GetProperty("text").GetString()!;
            var whole = await client.TokenizeAsync(new TokenizeRequest { Model = fixture, Text = text, AddSpecialTokens = true }, cancellationToken: Cancellation);
            var bare = await client.TokenizeAsync(new TokenizeRequest { Model = fixture, Text = text }, cancellationToken: Cancellation);

            Assert.Equal(golden.GetProperty("ids").Ints(), whole.Ids);
            Assert.Equal(golden.GetProperty(golden.TryGetProperty("ids_no_special", out _) ? "ids_no_special" : "ids").Ints(), bare.Ids);
            if (golden.TryGetProperty("decoded", out var decoded))
            {
                var back = await client.DetokenizeAsync(new DetokenizeRequest { Model = fixture, Ids = { whole.Ids } }, cancellationToken: Cancellation);
                Assert.Equal(decoded.GetString(), back.Text);
            }
        }
    }

    [Fact]
    public async Task Ids_have_their_text_and_those_of_no_token_are_named()
    {
        using var pack = PublishedCopy.Of("tiny-smollm2");
        await using var role = await StartAsync(pack);
        var client = new TokenizationService.TokenizationServiceClient(role.Channel);
        var ids = (await client.TokenizeAsync(new TokenizeRequest { Text = "<|im_start|>two cups" }, cancellationToken: Cancellation)).Ids;

        Assert.Equal("<|im_start|>two cups", (await client.DetokenizeAsync(new DetokenizeRequest { Ids = { ids } }, cancellationToken: Cancellation)).Text);
        Assert.Equal("two cups", (await client.DetokenizeAsync(new DetokenizeRequest { Ids = { ids }, SkipSpecialTokens = true }, cancellationToken: Cancellation)).Text);
        var error = (await Assert.ThrowsAsync<RpcException>(async () => await client.DetokenizeAsync(new DetokenizeRequest { Ids = { 1, 99_999 } }, cancellationToken: Cancellation))).ToMeshException();
        Assert.Equal((ErrorReason.InvalidRequest, "ids[1]"), (error.Reason, error.Field));
    }

    private static Task<RoleProcess> StartAsync(PublishedCopy pack) => RoleProcess.StartAsync(
        builder => builder.AddTextEncoder().AddDecoder(), app => app.MapTextEncoder().MapDecoder(), settings: new() { ["Models:Paths:0"] = pack.Root });
}
