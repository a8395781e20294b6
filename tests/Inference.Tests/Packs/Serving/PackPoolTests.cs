using System.Collections.Concurrent;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs.Serving;

public sealed class PackPoolTests : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly ConcurrentQueue<PackChange> _changes = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lazy_pack_is_offered_before_it_is_loaded_and_first_requests_load_it_once()
    {
        var pack = Towers("one");
        using var pool = await StartAsync(new PackPoolOptions { Load = PackLoading.Lazy }, pack);
        Assert.Equal("one", Assert.Single(pool.Offered(PackParts.Text)).Name);
        Assert.Empty(pool.Loaded);

        var leases = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => pool.AcquireAsync("one", PackParts.Text, Cancellation)));

        Assert.Single(leases.Select(lease => lease.Pack).Distinct());
        Assert.Single(_changes, change => change.Kind == PackChangeKind.Loaded);
        Assert.Equal(16, pool.Packs[0].Leases);
        Array.ForEach(leases, lease => lease.Dispose());
        leases[0].Dispose();
        Assert.Equal(0, pool.Packs[0].Leases);
    }

    [Fact]
    public async Task Eager_packs_are_loaded_at_the_start_as_far_as_the_budget_goes()
    {
        var (one, two, three) = (Towers("one"), Towers("two"), Towers("three"));
        using var pool = await StartAsync(new PackPoolOptions { MemoryBudgetBytes = 2 * await BytesAsync() }, one, two, three);

        Assert.Equal(["one", "two"], pool.Loaded.Select(pack => pack.Pack.Name));
        Assert.Equal(["one", "two", "three"], pool.Offered(PackParts.Text).Select(pack => pack.Name));
    }

    [Fact]
    public async Task The_pack_that_is_longest_unused_makes_room_for_another()
    {
        using var pool = await StartAsync(
            new PackPoolOptions { Load = PackLoading.Lazy, MemoryBudgetBytes = 2 * await BytesAsync() }, Towers("one"), Towers("two"), Towers("three"));
        foreach (var name in new[] { "one", "two", "one", "three" })
        {
            (await pool.AcquireAsync(name, PackParts.Text, Cancellation)).Dispose();
        }

        Assert.Equal(["one", "three"], pool.Loaded.Select(pack => pack.Pack.Name));
        Assert.Equal(2, pool.Alive.Count);
        Assert.Equal(["two@0.1.0: evicted"], _changes.Where(change => change.Kind == PackChangeKind.Unloaded).Select(change => $"{change.Pack}: {change.Detail}"));
    }

    [Fact]
    public async Task A_request_is_refused_with_a_delay_while_everything_in_memory_is_in_use()
    {
        using var pool = await StartAsync(
            new PackPoolOptions { Load = PackLoading.Lazy, MemoryBudgetBytes = await BytesAsync(), RoomPatience = TimeSpan.Zero }, Towers("one"), Towers("two"));
        var lease = await pool.AcquireAsync("one", PackParts.Text, Cancellation);

        var refusal = await Assert.ThrowsAsync<MeshException>(() => pool.AcquireAsync("two", PackParts.Text, Cancellation));

        Assert.Equal(ErrorReason.Overloaded, refusal.Reason);
        Assert.True(refusal.RetryAfter > TimeSpan.Zero);
        Assert.Null(pool.Packs[1].Error);
        Assert.NotEmpty((await lease.Pack.RequireTextEncoder().EncodeAsync("still there", Cancellation)).Embedding);
        lease.Dispose();
        using var other = await pool.AcquireAsync("two", PackParts.Text, Cancellation);
        Assert.Equal("two", other.Pack.Pack.Name);
    }

    [Fact]
    public async Task A_request_waits_for_room_that_another_gives_back()
    {
        using var pool = await StartAsync(
            new PackPoolOptions { Load = PackLoading.Lazy, MemoryBudgetBytes = await BytesAsync(), RoomPatience = TimeSpan.FromMinutes(1) }, Towers("one"), Towers("two"));
        var lease = await pool.AcquireAsync("one", PackParts.Text, Cancellation);
        var waiting = pool.AcquireAsync("two", PackParts.Text, Cancellation);
        Assert.False(waiting.IsCompleted);

        lease.Dispose();

        using var other = await waiting;
        Assert.Equal("two", other.Pack.Pack.Name);
        Assert.Equal(await BytesAsync(), pool.TakenBytes);
    }

    [Fact]
    public async Task A_replaced_pack_serves_new_requests_while_running_ones_end_on_the_old_one()
    {
        var pack = Towers("one");
        using var pool = await StartAsync(new PackPoolOptions(), pack);
        var before = await pool.AcquireAsync("one", PackParts.Text, Cancellation);
        SetVersion(pack, "0.2.0");

        await pool.ReviewAsync(Cancellation);
        Assert.Equal("0.1.0", pool.Offered(PackParts.Text)[0].Version);
        await pool.ReviewAsync(Cancellation);

        using var after = await pool.AcquireAsync("one@0.2.0", PackParts.Text, Cancellation);
        Assert.Equal("0.2.0", pool.Offered(PackParts.Text)[0].Version);
        Assert.Equal("one@0.1.0", (await before.Pack.RequireTextEncoder().EncodeAsync("a dog", Cancellation)).Model);
        Assert.Equal("one@0.2.0", (await after.Pack.RequireTextEncoder().EncodeAsync("a dog", Cancellation)).Model);
        Assert.Equal(2, pool.Alive.Count);
        before.Dispose();
        await PoolChecks.SettleAsync(pool, residents: 1);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => before.Pack.RequireTextEncoder().EncodeAsync("too late", Cancellation));
    }

    [Fact]
    public async Task A_broken_successor_leaves_the_old_pack_serving_and_is_told()
    {
        var pack = Towers("one");
        using var pool = await StartAsync(new PackPoolOptions { MemoryBudgetBytes = await BytesAsync() }, pack, Towers("two"));
        File.WriteAllText(Path.Combine(pack.Folder, PackFiles.Manifest), "{");
        await TwoReviewsAsync(pool);

        var status = pool.Packs[0];
        Assert.True(status.IsOffered);
        Assert.Contains(PackFiles.Manifest, status.Error!.Message, StringComparison.Ordinal);
        using (var lease = await pool.AcquireAsync("one", PackParts.Text, Cancellation))
        {
            Assert.NotEmpty((await lease.Pack.RequireTextEncoder().EncodeAsync("a dog", Cancellation)).Embedding);
        }

        SetVersion(pack, "0.3.0");
        await TwoReviewsAsync(pool);
        Assert.Equal(("0.3.0", null), (pool.Packs[0].Pack!.Version, pool.Packs[0].Error));
    }

    [Fact]
    public async Task Folders_that_come_are_served_and_those_that_go_are_not()
    {
        var (one, two) = (Towers("one"), Towers("two"));
        var moved = Path.Combine(one.Root, "two");
        using var pool = await StartAsync(new PackPoolOptions(), one);

        Directory.Move(two.Folder, moved);
        await TwoReviewsAsync(pool);
        (await pool.AcquireAsync("two", PackParts.Text, Cancellation)).Dispose();

        Directory.Move(moved, two.Folder);
        await TwoReviewsAsync(pool);
        Assert.Equal(ErrorReason.ModelNotFound, (await Assert.ThrowsAsync<MeshException>(() => pool.AcquireAsync("two", PackParts.Text, Cancellation))).Reason);
        Assert.Equal(["one"], pool.Packs.Select(pack => pack.Name));
        Assert.Single(pool.Alive);
    }

    [Fact]
    public async Task A_name_that_becomes_free_goes_to_the_pack_that_was_refused_for_it()
    {
        var (one, two) = (Towers("same"), Towers("same"));
        using var pool = await StartAsync(new PackPoolOptions(), one, two);
        Assert.Contains(one.Folder, pool.Packs[1].Error!.Message, StringComparison.Ordinal);

        Directory.Move(one.Folder, Path.Combine(one.Root, ".hidden"));
        await TwoReviewsAsync(pool);
        await TwoReviewsAsync(pool);

        Assert.Equal(two.Folder, Assert.Single(pool.Offered(PackParts.Text)).Directory);
    }

    [Fact]
    public async Task A_loading_that_fails_is_told_to_its_caller_and_tried_again_by_the_next()
    {
        var (broken, good) = (Towers("broken"), Towers("good"));
        var graph = Path.Combine(broken.Folder, PackFiles.Text);
        var whole = File.ReadAllBytes(graph);
        var damaged = (byte[])whole.Clone();
        damaged.AsSpan(whole.AsSpan().IndexOf("MatMul"u8), 6).Fill((byte)'x');
        File.WriteAllBytes(graph, damaged);
        using var pool = await StartAsync(new PackPoolOptions { Load = PackLoading.Lazy }, [broken, good], new InferenceOptions { VerifyChecksums = false });

        var failures = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(async _ => await Assert.ThrowsAsync<MeshException>(() => pool.AcquireAsync("broken", PackParts.Text, Cancellation))));

        Assert.All(failures, failure => Assert.Equal(ErrorReason.PackInvalid, failure.Reason));
        Assert.Contains(PackFiles.Text, pool.Packs[0].Error!.Message, StringComparison.Ordinal);
        (await pool.AcquireAsync("good", PackParts.Text, Cancellation)).Dispose();
        File.WriteAllBytes(graph, whole);
        (await pool.AcquireAsync("broken", PackParts.Text, Cancellation)).Dispose();
        Assert.Null(pool.Packs[0].Error);
    }

    [Fact]
    public async Task A_lazy_pack_with_a_graph_that_cannot_be_is_refused_at_the_start()
    {
        var pack = Towers("one");
        var graph = Path.Combine(pack.Folder, PackFiles.Text);
        File.WriteAllBytes(graph, File.ReadAllBytes(graph)[..5_000]);
        pack.Write();
        using var pool = await StartAsync(new PackPoolOptions { Load = PackLoading.Lazy }, pack);

        Assert.Empty(pool.Offered(PackParts.Text));
        Assert.Contains(graph, pool.Packs[0].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pack_beyond_the_budget_is_refused_with_both_sizes()
    {
        using var pool = await StartAsync(new PackPoolOptions { MemoryBudgetBytes = 1000 }, Towers("one"));

        Assert.Empty(pool.Offered(PackParts.Text));
        Assert.Contains("Models:MemoryBudgetBytes, which is 1000", pool.Packs[0].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_pack_or_the_process_does_not_have_is_refused_without_loading_it()
    {
        using var pool = await StartAsync(new PackPoolOptions { Load = PackLoading.Lazy }, Towers("one"));

        Assert.Equal(ErrorReason.CapabilityMissing, (await Assert.ThrowsAsync<MeshException>(() => pool.AcquireAsync("one", PackParts.Decoder, Cancellation))).Reason);
        Assert.Equal(ErrorReason.CapabilityMissing, (await Assert.ThrowsAsync<MeshException>(() => pool.AcquireAsync("", PackParts.Vision, Cancellation))).Reason);
        Assert.Empty(pool.Loaded);
    }

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private static async Task TwoReviewsAsync(PackPool pool)
    {
        await pool.ReviewAsync(Cancellation);
        await pool.ReviewAsync(Cancellation);
    }

    private static void SetVersion(TestPack pack, string version)
    {
        pack.Manifest["version"] = version;
        pack.Rewrite();
    }

    private TestPack Towers(string name)
    {
        var pack = TestPack.Towers();
        _owned.Add(pack);
        pack.Manifest["name"] = name;
        return pack.Rewrite();
    }

    private Task<PackPool> StartAsync(PackPoolOptions options, params TestPack[] packs) => StartAsync(options, packs, new InferenceOptions());

    private async Task<PackPool> StartAsync(PackPoolOptions options, TestPack[] packs, InferenceOptions inference)
    {
        var pool = new PackPool(() => packs.Select(pack => pack.Root), PackParts.Text, inference, options, observer: _changes.Enqueue);
        await pool.StartAsync(Cancellation);
        return pool;
    }

    /// <summary>What a pack of these tests counts for.</summary>
    private static Task<long> BytesAsync() => PoolChecks.TextBytesAsync(Cancellation);
}
