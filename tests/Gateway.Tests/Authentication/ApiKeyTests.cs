using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;
using MultiModalMesh.Assistant.V1;
using MultiModalMesh.ServiceDefaults.Errors;

namespace MultiModalMesh.Gateway.Tests.Authentication;

public sealed class ApiKeyTests
{
    private const string Alice = "alice-secret-key-1";
    private const string Bob = "bob-secret-key-22";

    private static readonly (string, string)[] Keys =
    [
        ("Gateway:ApiKeys:0:Key", Alice), ("Gateway:ApiKeys:0:Tenant", "acme"), ("Gateway:ApiKeys:0:User", "alice"),
        ("Gateway:ApiKeys:1:Key", Bob), ("Gateway:ApiKeys:1:Tenant", "other"), ("Gateway:ApiKeys:1:User", "bob"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_key_sees_its_own_dialogues_and_pictures()
    {
        await using var gateway = await RunningGateway.StartAsync(Keys);
        using var posted = await SendAsync(gateway, HttpMethod.Post, "api/dialogues/d/turns", ("Authorization", $"Bearer {Alice}"), JsonContent.Create(new { requestId = "r", text = "hi" }));
        using var stored = await SendAsync(gateway, HttpMethod.Post, "api/images", ("x-api-key", Alice), new ByteArrayContent(Pictures.Png()));
        var image = (await stored.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString();

        using var hers = await SendAsync(gateway, HttpMethod.Get, $"api/images/{image}", ("x-api-key", Alice));
        using var his = await SendAsync(gateway, HttpMethod.Get, $"api/images/{image}", ("x-api-key", Bob));

        Assert.Equal(["acme/alice/d"], gateway.Cluster.Dialogues.Keys);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (hers.StatusCode, his.StatusCode));
    }

    [Theory]
    [InlineData(null, "invalid_api_key", "API_KEY_MISSING")]
    [InlineData("alice-secret-key-2", "invalid_api_key", "API_KEY_INVALID")]
    public async Task Without_a_known_key_both_dialects_say_401(string? key, string code, string reason)
    {
        await using var gateway = await RunningGateway.StartAsync(Keys);
        (string, string)? header = key is null ? null : ("Authorization", $"Bearer {key}");

        using var openAi = await SendAsync(gateway, HttpMethod.Get, "v1/models", header);
        using var own = await SendAsync(gateway, HttpMethod.Get, "api/system", header);
        using var health = await SendAsync(gateway, HttpMethod.Get, "health/live", header);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.OK), (openAi.StatusCode, own.StatusCode, health.StatusCode));
        Assert.Equal(code, (await openAi.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(reason, (await own.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task gRPC_takes_the_key_in_metadata()
    {
        await using var gateway = await RunningGateway.StartAsync(Keys);
        using var channel = GrpcChannel.ForAddress(gateway.Grpc);
        var assistant = new AssistantService.AssistantServiceClient(channel);
        var request = new PostTurnRequest { DialogueId = "d", RequestId = "r", Text = "hi" };

        await assistant.PostTurnAsync(request, new Metadata { { "x-api-key", Bob } }, cancellationToken: Cancellation);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await assistant.PostTurnAsync(request, cancellationToken: Cancellation));

        Assert.Equal(["other/bob/d"], gateway.Cluster.Dialogues.Keys);
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Equal("API_KEY_MISSING", refused.ToMeshException().Reason.Code);
    }

    [Theory]
    [InlineData("Gateway:Address", "0.0.0.0", "--insecure")]
    [InlineData("Gateway:ApiKeys:0:Key", "short", "at least 16")]
    [InlineData("Gateway:HttpPort", "70000", "0..65535")]
    public async Task A_wrong_setting_stops_the_start_with_its_name(string key, string value, string words)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningGateway.StartAsync((key, value)));

        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> SendAsync(RunningGateway gateway, HttpMethod method, string path, (string Name, string Value)? header, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (header is { } key)
        {
            request.Headers.TryAddWithoutValidation(key.Name, key.Value);
        }

        return gateway.Client.SendAsync(request, Cancellation);
    }
}
