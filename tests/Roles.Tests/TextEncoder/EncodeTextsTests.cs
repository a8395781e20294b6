using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Tests;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.ServiceDefaults.Tests;
using MultiModalMesh.Text.V1;
using MultiModalMesh.TextEncoder;

namespace MultiModalMesh.Roles.Tests.TextEncoder;

public sealed class EncodeTextsTests : IAsyncLifetime
{
    private readonly TestPack _pack = TestPack.Towers();
    private RoleProcess _role = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _role = await RoleProcess.StartAsync(
        builder => builder.AddTextEncoder(), app => app.MapTextEncoder(), settings: new() { ["Models:Paths:0"] = _pack.Root });

    public async ValueTask DisposeAsync()
    {
        await _role.DisposeAsync();
        _pack.Dispose();
    }

    [Fact]
    public async Task Every_text_is_answered_under_its_index_and_the_same_text_alike()
    {
        var answers = await EncodeAsync((7, "a red cup"), (8, "two dogs"), (9, "a red cup"));

        Assert.Equal([7, 8, 9], answers.Keys.Order());
        Assert.Equal(1, answers[7].Embedding.Sum(x => (double)x * x), 1e-5);
        Assert.Equal(1, answers[7].Embedding.Zip(answers[9].Embedding, (a, b) => (double)a * b).Sum(), 1e-4);
        Assert.True(answers[7].Embedding.Zip(answers[8].Embedding, (a, b) => (double)a * b).Sum() < 0.9999);
        Assert.Equal("towers@0.1.0", answers[7].Model);
    }

    [Fact]
    public async Task A_text_longer_than_the_model_reads_says_so_and_counts_all_its_tokens()
    {
        var answers = await EncodeAsync((0, "cup"), (1, string.Join(' ', Enumerable.Repeat("cup", 40))));

        Assert.False(answers[0].Truncated);
        Assert.True(answers[1].Truncated);
        Assert.True(answers[1].TokenCount >= 40, $"{answers[1].TokenCount} tokens were counted in 40 words");
    }

    [Theory]
    [InlineData("", "texts[3].text")]
    [InlineData("large", "texts[3].text")]
    public async Task A_text_that_is_refused_is_named_by_its_index(string kind, string field)
    {
        var text = kind == "large" ? new string('é', 40_000) : "";

        var error = (await Assert.ThrowsAsync<RpcException>(() => EncodeAsync((2, "cup"), (3, text)))).ToMeshException();

        Assert.Equal((ErrorReason.InvalidRequest, field), (error.Reason, error.Field));
    }

    private async Task<Dictionary<int, EncodeTextsResponse>> EncodeAsync(params (int Index, string Text)[] texts)
    {
        using var call = new TextEncoderService.TextEncoderServiceClient(_role.Channel).EncodeTexts(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new EncodeTextsRequest { Config = new EncodeTextsConfig() }, Cancellation);
        foreach (var (index, text) in texts)
        {
            await call.RequestStream.WriteAsync(new EncodeTextsRequest { Text = new TextInput { Index = index, Text = text } }, Cancellation);
        }

        await call.RequestStream.CompleteAsync();
        var answers = new Dictionary<int, EncodeTextsResponse>();
        await foreach (var answer in call.ResponseStream.ReadAllAsync(Cancellation))
        {
            answers.Add(answer.Index, answer);
        }

        return answers;
    }
}
