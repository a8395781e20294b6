using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace MultiModalMesh.Gateway.Tests.Collections;

public sealed class CollectionEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Texts_and_pictures_are_written_and_found()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var created = await SendAsync(gateway, HttpMethod.Put, "api/collections/shelf", null);
        var written = await SendAsync(gateway, HttpMethod.Post, "api/collections/shelf/items", new
        {
            items = new object[] { new { id = "t", text = "ab", payload = new { shelf = 3 } }, new { id = "p", image = Pictures.DataUrl(Pictures.Png()) } },
        });

        var found = await SendAsync(gateway, HttpMethod.Post, "api/collections/shelf/search", new { text = "cd" });

        Assert.Equal((3, "tiny@1"), (created.GetProperty("dimensions").GetInt32(), created.GetProperty("model").GetString()));
        Assert.Equal(2, written.GetProperty("upserted").GetInt32());
        var hit = Assert.Single(found.GetProperty("hits").EnumerateArray());
        Assert.Equal(("t", 3), (hit.GetProperty("id").GetString(), hit.GetProperty("payload").GetProperty("shelf").GetInt32()));
    }

    [Fact]
    public async Task A_bad_item_fails_alone_with_its_index()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await SendAsync(gateway, HttpMethod.Put, "api/collections/shelf", null);

        var written = await SendAsync(gateway, HttpMethod.Post, "api/collections/shelf/items", new
        {
            items = new object[] { new { id = "a", vector = new[] { 1f, 2f } }, new { id = "b", text = "ab" }, new { id = "c", image = "data:image/png;base64,AAAA" }, new { text = "x" } },
        });

        Assert.Equal(1, written.GetProperty("upserted").GetInt32());
        Assert.Equal(
            [(0, "DIMENSION_MISMATCH"), (2, "IMAGE_FORMAT_UNSUPPORTED"), (3, "INVALID_REQUEST")],
            written.GetProperty("errors").EnumerateArray().Select(e => (e.GetProperty("index").GetInt32(), e.GetProperty("reason").GetString()!)));
        Assert.Equal("b", Assert.Single(gateway.Worker.Items).Id);
    }

    [Fact]
    public async Task What_is_stored_waits_as_bulk_and_what_is_searched_for_goes_first()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await SendAsync(gateway, HttpMethod.Put, "api/collections/shelf", null);

        await SendAsync(gateway, HttpMethod.Post, "api/collections/shelf/items", new
        {
            items = new object[] { new { id = "t", text = "ab" }, new { id = "p", image = Pictures.DataUrl(Pictures.Png()) } },
        });
        await SendAsync(gateway, HttpMethod.Post, "api/collections/shelf/search", new { text = "cd" });
        await SendAsync(gateway, HttpMethod.Post, "api/collections/shelf/search", new { image = Pictures.DataUrl(Pictures.Png()) });

        Assert.Equal(
            [Text.V1.Priority.Bulk, Text.V1.Priority.Interactive], gateway.Worker.Encodings.OfType<Text.V1.EncodeTextsConfig>().Select(config => config.Priority));
        Assert.Equal(
            [Vision.V1.Priority.Bulk, Vision.V1.Priority.Interactive], gateway.Worker.Encodings.OfType<Vision.V1.EncodeImagesConfig>().Select(config => config.Priority));
    }

    [Fact]
    public async Task Items_that_are_all_bad_fail_the_request()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await SendAsync(gateway, HttpMethod.Put, "api/collections/shelf", null);

        var problem = await SendAsync(gateway, HttpMethod.Post, "api/collections/shelf/items", new { items = new[] { new { id = "a", vector = new[] { 1f, 2f } } } }, HttpStatusCode.BadRequest);

        Assert.Equal(("DIMENSION_MISMATCH", "items[0].vector"), (problem.GetProperty("reason").GetString(), problem.GetProperty("field").GetString()));
    }

    [Theory]
    [InlineData("nowhere", """{"text":"a"}""", HttpStatusCode.NotFound, "COLLECTION_NOT_FOUND")]
    [InlineData("Bad.Name", """{"text":"a"}""", HttpStatusCode.BadRequest, "INVALID_REQUEST")]
    [InlineData("shelf", """{"text":"a","vector":[1]}""", HttpStatusCode.BadRequest, "INVALID_REQUEST")]
    [InlineData("shelf", """{"text":"a","limit":0}""", HttpStatusCode.BadRequest, "INVALID_REQUEST")]
    public async Task A_wrong_search_is_refused(string name, string body, HttpStatusCode status, string reason)
    {
        await using var gateway = await RunningGateway.StartAsync();
        await SendAsync(gateway, HttpMethod.Put, "api/collections/shelf", null);

        var problem = await SendAsync(gateway, HttpMethod.Post, $"api/collections/{name}/search", JsonSerializer.Deserialize<JsonElement>(body), status);

        Assert.Equal(reason, problem.GetProperty("reason").GetString());
    }

    private static async Task<JsonElement> SendAsync(RunningGateway gateway, HttpMethod method, string path, object? body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await gateway.Client.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
