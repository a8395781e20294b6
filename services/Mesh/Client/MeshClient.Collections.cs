using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MultiModalMesh.Mesh.Client;

/// <summary>Collections.</summary>
internal sealed partial class MeshClient
{
    private const int ItemsPerPage = 500;

    /// <summary>Searches by words, by a picture, or by both at once.</summary>
    /// <param name="filter">JSON, or null.</param>
    /// <param name="hybrid">Whether the words are looked for in payloads, too.</param>
    public async Task<IReadOnlyList<SearchHit>> SearchAsync(
        string collection, string? words, FileInfo? image, int limit, JsonElement? filter, bool hybrid, CancellationToken cancellationToken)
    {
        var picture = image is null ? null : await DataUrlAsync(image, cancellationToken);
        object[]? both = words is not null && picture is not null ? [new { text = words }, new { image = picture }] : null;
        var body = new
        {
            text = both is null ? words : null,
            image = both is null ? picture : null,
            query = both,
            limit,
            filter,
            hybrid = hybrid ? new { text = words } : null,
        };
        using var response = await SendAsync(HttpMethod.Post, $"{Path(collection)}/search", () => JsonContent.Create(body), cancellationToken);
        return (await response.Content.ReadFromJsonAsync<SearchResult>(JsonSerializerOptions.Web, cancellationToken))!.Hits;
    }

    public async Task<IReadOnlyList<CollectionAnswer>> ListCollectionsAsync(CancellationToken cancellationToken)
    {
        List<CollectionAnswer> collections = [];
        for (var token = ""; ;)
        {
            var page = await GetAsync<CollectionPage>($"api/collections?pageSize=1000&pageToken={Uri.EscapeDataString(token)}", cancellationToken);
            collections.AddRange(page.Collections);
            if ((token = page.NextPageToken).Length == 0)
            {
                return collections;
            }
        }
    }

    public Task<CollectionAnswer> GetCollectionAsync(string collection, CancellationToken cancellationToken) => GetAsync<CollectionAnswer>(Path(collection), cancellationToken);

    /// <summary>Creates a collection of that many dimensions for a model, or for vectors of the caller's own if there is no model.</summary>
    public async Task CreateCollectionAsync(string collection, string? model, int dimensions, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Put, Path(collection), () => JsonContent.Create(new { model, dimensions }), cancellationToken);
    }

    public async Task DeleteCollectionAsync(string collection, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Delete, Path(collection), () => null, cancellationToken);
    }

    /// <summary>Every item with its vector. One that is replaced meanwhile comes again.</summary>
    public async IAsyncEnumerable<ItemAnswer> ReadItemsAsync(string collection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var token = ""; ;)
        {
            var page = await GetAsync<ItemPage>($"{Path(collection)}/items?vectors=true&pageSize={ItemsPerPage}&pageToken={Uri.EscapeDataString(token)}", cancellationToken);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            if ((token = page.NextPageToken).Length == 0)
            {
                yield break;
            }
        }
    }

    public async Task WriteItemsAsync(string collection, IReadOnlyList<ItemAnswer> items, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, $"{Path(collection)}/items", () => JsonContent.Create(new { items }), cancellationToken);
    }

    /// <summary>Encodes uploaded pictures and writes them as items.</summary>
    /// <returns>Those that were refused, by their index.</returns>
    /// <exception cref="MeshException">All were refused: the first one's reason. Else what concerns the request.</exception>
    public async Task<IReadOnlyList<ItemRefusal>> AddPicturesAsync(string collection, IReadOnlyList<PictureItem> items, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, $"{Path(collection)}/items", () => JsonContent.Create(new { items }), cancellationToken);
        return (await response.Content.ReadFromJsonAsync<AddedItems>(JsonSerializerOptions.Web, cancellationToken))!.Errors;
    }

    /// <summary>Items, without vectors, whose payload names one of the hashes as its <c>sha256</c>.</summary>
    public async Task<IReadOnlyList<(string Hash, ItemAnswer Item)>> FindByHashAsync(string collection, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        var filter = Uri.EscapeDataString(JsonSerializer.Serialize(new { sha256 = new Dictionary<string, object> { ["$in"] = hashes } }));
        List<(string, ItemAnswer)> found = [];
        for (var token = ""; ;)
        {
            var page = await GetAsync<ItemPage>($"{Path(collection)}/items?filter={filter}&pageSize={ItemsPerPage}&pageToken={Uri.EscapeDataString(token)}", cancellationToken);
            found.AddRange(page.Items.Select(item => (item.Payload!.Value.GetProperty("sha256").ToString(), item)));
            if ((token = page.NextPageToken).Length == 0)
            {
                return found;
            }
        }
    }

    public async Task<IReadOnlyList<DuplicateGroup>> FindDuplicatesAsync(string collection, float minScore, JsonElement? filter, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, $"{Path(collection)}/duplicates", () => JsonContent.Create(new { minScore, filter }), cancellationToken);
        return (await response.Content.ReadFromJsonAsync<DuplicateGroups>(JsonSerializerOptions.Web, cancellationToken))!.Groups;
    }

    private static string Path(string collection) => $"api/collections/{Uri.EscapeDataString(collection)}";
}
