using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Inference.Caching;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Caching;

public sealed class ByteBudgetCacheTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ByteBudgetCache<string, byte[]> _cache;

    public ByteBudgetCacheTests() => _cache = new ByteBudgetCache<string, byte[]>(1000, value => value.Length, TimeSpan.FromHours(1), _time);

    [Fact]
    public void What_nobody_used_for_its_lifetime_is_dropped_without_anybody_asking()
    {
        _cache.Add("idle", new byte[10]);
        _cache.Add("used", new byte[20]);
        _time.Advance(TimeSpan.FromMinutes(40));
        Assert.True(_cache.TryGet("used", out _));

        _time.Advance(TimeSpan.FromMinutes(26));

        Assert.Equal(20, _cache.Bytes);
        Assert.False(_cache.TryGet("idle", out _));
        Assert.True(_cache.TryGet("used", out _));
    }

    public void Dispose() => _cache.Dispose();
}
