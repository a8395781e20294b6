using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MultiModalMesh.FunctionalTests.Dialogues;

namespace MultiModalMesh.FunctionalTests.Edge;

/// <summary>Pictures go into a collection and are found by words and by likeness.</summary>
public sealed class CollectionTests(MeshFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pictures_are_found_by_what_they_show_and_by_likeness()
    {
        var samples = Enumerable.Range(200, 10).Select(i => Scenes.GetSingle(i)).ToArray();
        await CreateAsync("found");
        var items = samples.Select((sample, i) => new
        {
            id = $"p{i}",
            image = $"data:image/png;base64,{Convert.ToBase64String(sample.Png())}",
            payload = new { half = i % 2 == 0 ? "even" : "odd" },
        });
        using var added = await fixture.Mesh.Client.PostAsJsonAsync("api/collections/found/items", new { items }, Cancellation);
        Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync(Cancellation));

        var byWords = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            byWords += (await SearchAsync(new { text = samples[i].RetrievalSentence, limit = 1 }))[0].GetProperty("id").GetString() == $"p{i}" ? 1 : 0;
        }

        // Chance finds one.
        Assert.True(byWords >= 4, $"{byWords} of {samples.Length} found by words.");
        var like = await SearchAsync(new { image = $"data:image/png;base64,{Convert.ToBase64String(samples[3].Png())}", limit = 3 });
        Assert.Equal("p3", like[0].GetProperty("id").GetString());
        Assert.Equal(1, like[0].GetProperty("score").GetSingle(), 3);
        var even = await SearchAsync(new { image = $"data:image/png;base64,{Convert.ToBase64String(samples[3].Png())}", limit = 10, filter = new { half = "even" } });
        Assert.Equal(5, even.Length);
        Assert.All(even, hit => Assert.Equal("even", hit.GetProperty("payload").GetProperty("half").GetString()));

        async Task<JsonElement[]> SearchAsync(object body)
        {
            using var response = await fixture.Mesh.Client.PostAsJsonAsync("api/collections/found/search", body, Cancellation);
            var text = await response.Content.ReadAsStringAsync(Cancellation);
            Assert.True(response.IsSuccessStatusCode, text);
            return [.. JsonSerializer.Deserialize<JsonElement>(text).GetProperty("hits").EnumerateArray()];
        }
    }

    [Fact]
    public async Task A_search_in_a_collection_that_is_not_there_is_not_found()
    {
        using var response = await fixture.Mesh.Client.PostAsJsonAsync("api/collections/nowhere/search", new { text = "a dog", limit = 1 }, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("COLLECTION_NOT_FOUND", (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_vector_of_the_wrong_length_is_refused_with_both_lengths()
    {
        await CreateAsync("lengths");

        using var response = await fixture.Mesh.Client.PostAsJsonAsync(
            "api/collections/lengths/items", new { items = new[] { new { id = "a", vector = new[] { 1f, 2f, 3f } } } }, Cancellation);
        var error = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("DIMENSION_MISMATCH", error.GetProperty("reason").GetString());
        Assert.Contains("3", error.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("128", error.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private async Task CreateAsync(string name)
    {
        using var created = await fixture.Mesh.Client.PutAsJsonAsync($"api/collections/{name}", new { }, Cancellation);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync(Cancellation));
    }
}
