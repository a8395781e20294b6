using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Errors;
using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.ModelHub.Tests;

/// <summary>A pull over a line, or from a server, that fails now and then.</summary>
public sealed class BrokenConnectionTests : PullingTest
{
    [Fact]
    public async Task A_cut_connection_goes_on_where_it_stopped_and_no_byte_is_sent_twice()
    {
        Hub.Commit(Decoder());
        var progress = CutAfter(Graph, 100_000, 50_000);

        await PullAsync(progress: progress);

        Assert.Equal([0, 100_000, 150_000], Hub.Log.Where(seen => seen.Host == "store").Select(seen => seen.From));
        Assert.Equal(300_000, Hub.BytesSent(Graph));
        Assert.Equal(Decoder()[Graph].Content, await File.ReadAllBytesAsync(FileOf("tiny", Graph), Cancellation));
    }

    [Fact]
    public async Task An_interrupted_pull_leaves_no_pack_and_the_next_one_goes_on()
    {
        Hub.Commit(Decoder());
        await InterruptAfterAsync(100_000);

        Assert.Empty(VisiblePacks());
        Assert.Equal("tiny", Assert.Single(Folder.Unfinished()).Name);

        await PullAsync();

        Assert.Equal([0, 100_000], Hub.Log.Where(seen => seen.Host == "store").Select(seen => seen.From));
        Assert.Equal(1, Hub.Log.Count(seen => seen.Path.EndsWith("resolve/" + Hub.Branches["main"] + "/tokenizer.json", StringComparison.Ordinal)));
        Assert.Equal(Decoder()[Graph].Content, await File.ReadAllBytesAsync(FileOf("tiny", Graph), Cancellation));
        Assert.Empty(Folder.Unfinished());
    }

    [Fact]
    public async Task A_file_that_changed_meanwhile_is_begun_anew()
    {
        Hub.Commit(Decoder(seed: 1));
        await InterruptAfterAsync(100_000);
        Hub.Commit(Decoder(seed: 2));

        await PullAsync();

        Assert.Equal(0, Hub.Log.Last(seen => seen.Host == "store").From);
        Assert.Equal(Decoder(seed: 2)[Graph].Content, await File.ReadAllBytesAsync(FileOf("tiny", Graph), Cancellation));
    }

    [Fact]
    public async Task The_server_is_asked_whether_the_file_is_still_the_one_that_was_begun()
    {
        Hub.Commit(Decoder());
        await InterruptAfterAsync(100_000);

        // What the store has under the same address is another file now: it sends all of it, and the checksum tells.
        var part = Directory.EnumerateFiles(Folder.Path, "*.part.etag", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(part, "\"of-another-content\"", Cancellation);
        await PullAsync();

        var last = Hub.Log.Last(seen => seen.Host == "store");
        Assert.Equal(("\"of-another-content\"", 0, 300_000), (last.IfRange, last.From, last.Sent));
        Assert.Equal(Decoder()[Graph].Content, await File.ReadAllBytesAsync(FileOf("tiny", Graph), Cancellation));
    }

    [Fact]
    public async Task A_damaged_part_is_found_out_and_begun_anew()
    {
        Hub.Commit(Decoder());
        await InterruptAfterAsync(100_000);
        var part = Directory.EnumerateFiles(Folder.Path, "*.part", SearchOption.AllDirectories).Single();
        await File.WriteAllBytesAsync(part, new byte[100_000], Cancellation);

        await PullAsync();

        Assert.Equal(Decoder()[Graph].Content, await File.ReadAllBytesAsync(FileOf("tiny", Graph), Cancellation));
    }

    [Fact]
    public async Task A_busy_hub_is_asked_again_after_the_time_it_names()
    {
        Hub.Commit(Decoder());
        Refuse(429, times: 2, retryAfter: "17");

        await PullAsync();

        Assert.Equal([TimeSpan.FromSeconds(17), TimeSpan.FromSeconds(17)], Time.Waits);
    }

    [Fact]
    public async Task A_hub_that_wants_to_be_left_alone_for_hours_is_not_waited_for()
    {
        Hub.Commit(Decoder());
        Refuse(429, times: 1, retryAfter: "7200");

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal((ErrorReason.Overloaded, TimeSpan.FromHours(2)), (failure.Reason, failure.RetryAfter));
        Assert.Empty(Time.Waits);
    }

    [Fact]
    public async Task A_broken_hub_is_asked_again_with_growing_delays()
    {
        Hub.Commit(Decoder());
        Refuse(503, times: 4);

        await PullAsync();

        Assert.Equal(4, Time.Waits.Count);
        Assert.All(Time.Waits.Index(), wait => Assert.InRange(wait.Item.TotalSeconds, 0.5 * Math.Pow(2, wait.Index), 0.625 * Math.Pow(2, wait.Index)));
    }

    [Fact]
    public async Task A_hub_that_stays_broken_is_given_up_in_the_end()
    {
        Refuse(500, times: int.MaxValue);

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal(ErrorReason.HubUnavailable, failure.Reason);
        Assert.Contains("500", failure.Message, StringComparison.Ordinal);
        Assert.Equal(6, Time.Waits.Count);
    }

    [Fact]
    public async Task Connections_that_are_always_cut_are_given_up_in_the_end_although_bytes_come()
    {
        Hub.Commit(Decoder());
        var progress = CutAfter(Graph, [.. Enumerable.Repeat(10L, 1000)]);

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync(progress: progress));

        Assert.Equal(ErrorReason.HubUnavailable, failure.Reason);
        Assert.Equal(Options().MaxRetries, Time.Waits.Count);
        Assert.Empty(VisiblePacks());
    }

    [Fact]
    public async Task A_hub_that_nobody_serves_is_one_sentence()
    {
        var options = Options();
        await Hub.DisposeAsync();

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync(options: options));

        Assert.Equal(ErrorReason.HubUnavailable, failure.Reason);
        Assert.Contains(options.Endpoint.Authority, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_falls_silent_counts_as_cut()
    {
        var time = new FakeTimeProvider();
        var waiting = Stall.GuardAsync(
            async token =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return 0;
            },
            TimeSpan.FromSeconds(60), time, Cancellation);

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<HubInterruptedException>(() => waiting);
    }

    private async Task InterruptAfterAsync(long bytes)
    {
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var progress = CutAfter(Graph, bytes);
        var arrived = Hub.BeforeCut;
        Hub.BeforeCut = async path =>
        {
            await arrived(path);
            await interrupt.CancelAsync();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PullAsync(progress: progress, cancellation: interrupt.Token));
    }

    private void Refuse(int status, int times, string? retryAfter = null)
    {
        var left = times;
        Hub.Interfere = context =>
        {
            if (Interlocked.Decrement(ref left) < 0)
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = retryAfter;
            return Task.FromResult(true);
        };
    }
}
