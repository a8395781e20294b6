using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace MultiModalMesh.Gateway.Tests.Images;

public sealed class ImageEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_picture_comes_back_as_it_was_sent()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var file = Pictures.Png();

        using var stored = await gateway.Client.PostAsync("api/images", new ByteArrayContent(file), Cancellation);
        var image = await stored.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        using var read = await gateway.Client.GetAsync($"api/images/{image.GetProperty("id").GetString()}", Cancellation);

        Assert.Equal((12, 8, "image/png"), (image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32(), image.GetProperty("mediaType").GetString()));
        Assert.Equal(file, await read.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal("image/png", read.Content.Headers.ContentType?.MediaType);
        Assert.Contains("immutable", read.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        Assert.Equal("nosniff", read.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData(2000, HttpStatusCode.RequestEntityTooLarge, "IMAGE_TOO_LARGE")]
    [InlineData(20, HttpStatusCode.BadRequest, "IMAGE_FORMAT_UNSUPPORTED")]
    public async Task What_is_no_picture_or_too_large_is_refused_with_its_reason(int bytes, HttpStatusCode status, string reason)
    {
        await using var gateway = await RunningGateway.StartAsync(("Images:MaxBytes", "1024"));

        // Chunked, so that the limit has to hold while reading.
        using var known = await gateway.Client.PostAsync("api/images", new ByteArrayContent(new byte[bytes]), Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/images") { Content = new StreamContent(new MemoryStream(new byte[bytes])) };
        request.Headers.TransferEncodingChunked = true;
        using var chunked = await gateway.Client.SendAsync(request, Cancellation);

        foreach (var response in new[] { known, chunked })
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            Assert.Equal(status, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal(reason, problem.GetProperty("reason").GetString());
            Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        }
    }
}
