using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs.Serving;

internal static class PoolChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Bytes that the text encoder of <see cref="TestPack.Towers"/> counts for.</summary>
    public static async Task<long> TextBytesAsync(CancellationToken cancellationToken)
    {
        using var pack = TestPack.Towers();
        using var pool = new PackPool(() => [pack.Root], PackParts.Text, new InferenceOptions(), new PackPoolOptions());
        await pool.StartAsync(cancellationToken);
        return pool.Packs[0].LoadedBytes;
    }

    /// <summary>Waits until nothing is in memory but what new requests would get; freeing goes on beside the requests.</summary>
    public static async Task SettleAsync(PackPool pool, int residents)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (pool.Alive.Count != residents)
        {
            Assert.False(deadline.IsCancellationRequested, $"{pool.Alive.Count} packs are in memory after {Patience}; {residents} were awaited.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Equal(pool.Alive.Sum(resident => resident.Bytes), pool.TakenBytes);
        Assert.All(pool.Alive, resident => Assert.Equal((0, null), (resident.Retired is null ? 0 : 1, resident.Retired)));
    }
}
