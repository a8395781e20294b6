using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs.Serving;

/// <summary>Requests for three packs of which two fit, while folders are replaced by good and by broken ones.</summary>
public sealed class PackPoolPropertyTests
{
    private const int Callers = 6;
    private const int Rounds = 30;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_request_fails_because_of_an_unload_and_nothing_is_left_over(int seed)
    {
        using var steady = Named("steady");
        using var changing = Named("changing");
        using var breaking = Named("breaking");
        TestPack[] packs = [steady, changing, breaking];
        var seen = new ConcurrentDictionary<LoadedPack, byte>();
        var failures = new ConcurrentQueue<(string Name, MeshException Error)>();
        var unloads = new ConcurrentQueue<string>();
        var loadedBytes = 0L;
        using var meter = Listen(bytes => Interlocked.Add(ref loadedBytes, bytes));
        var pool = new PackPool(
            () => packs.Select(pack => pack.Root),
            PackParts.Text,
            new InferenceOptions { TextCacheBytes = seed % 2 == 0 ? 0 : 1 << 20 },
            new PackPoolOptions { Load = seed % 2 == 0 ? PackLoading.Lazy : PackLoading.Eager, MemoryBudgetBytes = 2 * await PoolChecks.TextBytesAsync(Cancellation), RoomPatience = TimeSpan.FromMinutes(1) },
            observer: change => unloads.Enqueue(change.Kind == PackChangeKind.Unloaded ? change.Detail : ""));
        using (pool)
        {
            await pool.StartAsync(Cancellation);
            using var done = new CancellationTokenSource();
            var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(new Random((seed * 100) + caller), pool, seen, failures, done.Token), Cancellation)).ToList();
            await ChangeFoldersAsync(new Random(seed), pool, changing, breaking);
            await done.CancelAsync();
            await Task.WhenAll(callers);

            // Only the pack whose folder was broken at times may have been refused, and only because of that.
            Assert.All(failures, failure => Assert.True(failure is { Name: "breaking", Error.Reason.Code: "PACK_INVALID" }, $"{failure.Name}: {failure.Error}"));
            Assert.All(pool.Packs, pack => Assert.Equal(0, pack.Leases));
            await PoolChecks.SettleAsync(pool, pool.Loaded.Count);
            Assert.Equal(pool.TakenBytes, Volatile.Read(ref loadedBytes));
        }

        Assert.Empty(pool.Alive);
        Assert.Equal((0, 0), (pool.TakenBytes, Volatile.Read(ref loadedBytes)));
        Assert.Contains("evicted", unloads);
        Assert.Contains("replaced", unloads);
        foreach (var pack in seen.Keys)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => pack.RequireTextEncoder().EncodeAsync($"after the end {seed}", Cancellation));
        }
    }

    /// <summary>Follows what the metrics say of these packs.</summary>
    private static MeterListener Listen(Action<long> changed)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "mesh.models.loaded")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, bytes, tags, _) =>
        {
            if (tags[0].Value is "steady" or "changing" or "breaking")
            {
                changed(bytes);
            }
        });
        listener.Start();
        return listener;
    }

    private static async Task CallAsync(
        Random random, PackPool pool, ConcurrentDictionary<LoadedPack, byte> seen, ConcurrentQueue<(string Name, MeshException Error)> failures, CancellationToken done)
    {
        string[] names = ["steady", "changing", "breaking"];
        while (!done.IsCancellationRequested)
        {
            var name = names[random.Next(names.Length)];
            using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            if (random.Next(8) == 0)
            {
                impatient.CancelAfter(TimeSpan.FromMilliseconds(random.Next(5)));
            }

            try
            {
                using var lease = await pool.AcquireAsync(name, PackParts.Text, impatient.Token);
                seen.TryAdd(lease.Pack, 0);
                for (var text = random.Next(1, 4); text > 0; text--)
                {
                    var encoding = await lease.Pack.RequireTextEncoder().EncodeAsync($"text {random.Next(6)}", impatient.Token);
                    Assert.Equal(lease.Pack.Pack.Id, encoding.Model);
                }
            }
            catch (OperationCanceledException) when (impatient.IsCancellationRequested && !Cancellation.IsCancellationRequested)
            {
                // The caller went away.
            }
            catch (MeshException failure)
            {
                failures.Enqueue((name, failure));
            }
        }
    }

    private static async Task ChangeFoldersAsync(Random random, PackPool pool, TestPack changing, TestPack breaking)
    {
        for (var version = 2; version < 2 + Rounds; version++)
        {
            await Put(changing, version, isBroken: false);
            await Put(breaking, version, isBroken: random.Next(2) == 0);
            for (var reviews = random.Next(4); reviews > 0; reviews--)
            {
                await pool.ReviewAsync(Cancellation);
            }
        }
    }

    /// <summary>Moves a whole folder into the place of another, as a pull does.</summary>
    private static async Task Put(TestPack pack, int version, bool isBroken)
    {
        var next = Path.Combine(pack.Root, ".next");
        foreach (var file in Directory.EnumerateFiles(pack.Folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(next, Path.GetRelativePath(pack.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        pack.Manifest["version"] = $"0.{version}.0";
        await File.WriteAllTextAsync(Path.Combine(next, PackFiles.Manifest), isBroken ? "{}" : pack.Manifest.ToJsonString(), Cancellation);
        var old = Path.Combine(pack.Root, ".old");
        Directory.Move(pack.Folder, old);
        Directory.Move(next, pack.Folder);
        Directory.Delete(old, recursive: true);
    }

    private static TestPack Named(string name)
    {
        var pack = TestPack.Towers();
        pack.Manifest["name"] = name;
        return pack.Rewrite();
    }
}
