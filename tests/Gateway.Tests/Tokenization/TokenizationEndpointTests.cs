using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Gateway.Tests.Tokenization;

public sealed class TokenizationEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_text_becomes_ids_and_ids_a_text()
    {
        await using var gateway = await RunningGateway.StartAsync();

        var whole = await PostAsync(gateway, "tokenize", """{"model":"tiny","text":"ab"}""");
        var bare = await PostAsync(gateway, "tokenize", """{"text":"ab","addSpecialTokens":false}""");
        var back = await PostAsync(gateway, "detokenize", """{"model":"tiny","ids":[97,98]}""");

        Assert.Equal("""{"ids":[1,97,98],"model":"tiny@1"}""", whole.Body.GetRawText());
        Assert.Equal("""{"ids":[0,97,98],"model":"tiny@1"}""", bare.Body.GetRawText());
        Assert.Equal("""{"text":"ab","model":"tiny@1"}""", back.Body.GetRawText());
    }

    [Fact]
    public async Task A_pack_without_a_decoder_is_asked_where_its_text_encoder_is()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Cluster.FurtherOffers = [new WorkerOffer("towers", "1", [Capabilities.TextEmbedding], 3), new WorkerOffer("eyes", "1", [Capabilities.ImageEmbedding], 3)];

        var towers = await PostAsync(gateway, "tokenize", """{"model":"towers","text":"a"}""");
        var eyes = await PostAsync(gateway, "tokenize", """{"model":"eyes","text":"a"}""");

        Assert.Equal("towers@1", towers.Body.GetProperty("model").GetString());
        Assert.Equal((Capabilities.TextEmbedding, "towers"), (Assert.Single(gateway.Cluster.Routes).Capability, gateway.Cluster.Routes.Single().Model));
        Assert.Equal((HttpStatusCode.Conflict, "CAPABILITY_MISSING"), (eyes.Status, eyes.Body.GetProperty("reason").GetString()));
    }

    [Theory]
    [InlineData("tokenize", """{"model":"tiny"}""", HttpStatusCode.BadRequest, "text")]
    [InlineData("tokenize", """{"model":"gpt","text":"a"}""", HttpStatusCode.NotFound, "model")]
    [InlineData("detokenize", """{"model":"tiny"}""", HttpStatusCode.BadRequest, "ids")]
    [InlineData("detokenize", """{"ids":[99999]}""", HttpStatusCode.BadRequest, "ids[0]")]
    public async Task A_wrong_request_is_refused_with_the_field(string path, string body, HttpStatusCode status, string field)
    {
        await using var gateway = await RunningGateway.StartAsync();

        var answer = await PostAsync(gateway, path, body);

        Assert.Equal((status, field), (answer.Status, answer.Body.GetProperty("field").GetString()));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(RunningGateway gateway, string path, string body)
    {
        using var response = await gateway.Client.PostAsync($"api/{path}", new StringContent(body, null, "application/json"), Cancellation);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation));
    }
}
