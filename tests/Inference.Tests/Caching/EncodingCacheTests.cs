using System.Text;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Caching;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Caching;

public sealed class EncodingCacheTests
{
    private int _made;

    [Fact]
    public async Task An_encoding_is_found_again_by_the_same_content_of_the_same_model_only()
    {
        var cache = Cache(1 << 20);

        Assert.Same(await GetAsync(cache, "clip", "a"), await GetAsync(cache, "clip", "a"));
        Assert.NotSame(await GetAsync(cache, "clip", "a"), await GetAsync(cache, "siglip", "a"));
        Assert.NotSame(await GetAsync(cache, "clip", "a"), await GetAsync(cache, "clip", "b"));
        Assert.Equal(3, _made);
    }

    [Fact]
    public async Task What_was_not_used_for_longest_goes_when_the_budget_is_spent()
    {
        var cache = Cache(3_000);
        var first = await GetAsync(cache, "clip", "a");
        await GetAsync(cache, "clip", "b");
        await GetAsync(cache, "clip", "a");

        await GetAsync(cache, "clip", "c");

        Assert.Same(first, await GetAsync(cache, "clip", "a"));
        Assert.Equal(3, _made);
        await GetAsync(cache, "clip", "b");
        Assert.Equal(4, _made);
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        var cache = Cache(1 << 20);

        await Assert.ThrowsAsync<MeshException>(() => cache.GetAsync(
            Key("clip", "a"), JobPriority.Interactive, _ => throw new MeshException(ErrorReason.Overloaded, "full"), TestContext.Current.CancellationToken));

        Assert.Equal(1000, (await GetAsync(cache, "clip", "a")).Length);
    }

    [Fact]
    public async Task Without_a_budget_nothing_is_kept()
    {
        var cache = Cache(0);

        Assert.NotSame(await GetAsync(cache, "clip", "a"), await GetAsync(cache, "clip", "a"));
    }

    private static EncodingCache<byte[]> Cache(long budget) => new("test", budget, value => value.Length, TimeSpan.FromHours(1), TimeProvider.System);

    private Task<byte[]> GetAsync(EncodingCache<byte[]> cache, string scope, string content) => cache.GetAsync(
        Key(scope, content),
        JobPriority.Interactive,
        _ =>
        {
            _made++;
            return Task.FromResult(new byte[1000]);
        },
        TestContext.Current.CancellationToken);

    private static ContentKey Key(string scope, string content) => ContentKey.Of(scope, Encoding.UTF8.GetBytes(content));
}
