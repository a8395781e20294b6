using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Order;

namespace MultiModalMesh.Datasets.Tests.Order;

public sealed class ExampleReaderTests : IDisposable
{
    private readonly DatasetFolder _folder = new DatasetFolder().WithPictures(Enumerable.Range(0, 25).Select(i => $"train/{i:00}.png").ToArray());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_order_is_kept_whatever_is_ready_first()
    {
        using var dataset = await _folder.OpenAsync();
        var random = new Random(3);
        var examples = ExampleReader.ReadAsync(dataset, Split.Train, null, default, 1, 8, async (example, token) =>
        {
            for (var turns = random.Next(50); turns > 0; turns--)
            {
                await Task.Yield();
            }

            return example.Id;
        }, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"train/{i:00}.png"), await examples.Select(e => e.Value).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_reader_that_goes_on_sees_what_the_undisturbed_one_saw()
    {
        using var dataset = await _folder.OpenAsync();
        var all = await Read(dataset, default).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(75, all.Count);
        Assert.NotEqual(all[..25].Select(e => e.Value), all[25..50].Select(e => e.Value));
        Assert.Equal(all[..25].Select(e => e.Value).Order(), all[25..50].Select(e => e.Value).Order());
        foreach (var stop in new[] { 0, 24, 25, 40 })
        {
            Assert.Equal(all[(stop + 1)..].Select(e => e.Value), await Read(dataset, all[stop].Next).Select(e => e.Value).ToListAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task No_more_is_prepared_than_was_asked_for()
    {
        using var dataset = await _folder.OpenAsync();
        var (running, most) = (0, 0);
        var gate = new Lock();
        var examples = ExampleReader.ReadAsync(dataset, Split.Train, 1, default, 1, 3, async (example, token) =>
        {
            lock (gate)
            {
                most = Math.Max(most, ++running);
            }

            await Task.Yield();
            lock (gate)
            {
                running--;
            }

            return example.Id;
        }, TestContext.Current.CancellationToken);
        Assert.Equal(25, await examples.CountAsync(TestContext.Current.CancellationToken));
        Assert.InRange(most, 1, 3);
    }

    private static IAsyncEnumerable<(string Value, Cursor Next)> Read(Dataset dataset, Cursor from) =>
        ExampleReader.ReadAsync(dataset, Split.Train, 5, from, 3, 4, (example, _) => Task.FromResult(example.Id), TestContext.Current.CancellationToken);
}
