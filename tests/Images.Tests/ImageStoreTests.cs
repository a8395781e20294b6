using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Errors;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Images.Tests;

public sealed class ImageStoreTests : IDisposable
{
    // SHA-256 of "abc", FIPS 180-2, appendix B.1.
    private const string AbcId = "img_ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("images-");
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_picture_is_named_by_its_content_however_it_came()
    {
        var store = Open();

        var streamed = await store.PutAsync("default", new MemoryStream("abc"u8.ToArray()), Cancellation);
        var again = await store.PutAsync("default", "abc"u8.ToArray().AsMemory(), Cancellation);

        Assert.Equal(new StoredImage(AbcId, 3, Created: true), streamed);
        Assert.Equal(new StoredImage(AbcId, 3, Created: false), again);
        Assert.Equal("abc"u8.ToArray(), await store.ReadAsync("default", AbcId, Cancellation));
    }

    [Fact]
    public async Task A_picture_is_there_after_a_restart()
    {
        await Open().PutAsync("default", "abc"u8.ToArray().AsMemory(), Cancellation);

        Assert.Equal("abc"u8.ToArray(), await Open().ReadAsync("default", AbcId, Cancellation));
    }

    [Fact]
    public async Task A_picture_belongs_to_one_tenant()
    {
        var store = Open();
        await store.PutAsync("ours", "abc"u8.ToArray().AsMemory(), Cancellation);

        Assert.False(await store.ExistsAsync("theirs", AbcId, Cancellation));
        var error = await Assert.ThrowsAsync<MeshException>(() => store.ReadAsync("theirs", AbcId, Cancellation));
        Assert.Equal(ErrorReason.ImageNotFound, error.Reason);
    }

    [Fact]
    public async Task A_deleted_picture_is_gone()
    {
        var store = Open();
        await store.PutAsync("default", "abc"u8.ToArray().AsMemory(), Cancellation);

        Assert.True(await store.DeleteAsync("default", AbcId, Cancellation));
        Assert.False(await store.ExistsAsync("default", AbcId, Cancellation));
        Assert.False(await store.DeleteAsync("default", AbcId, Cancellation));
    }

    [Theory]
    [InlineData("..", AbcId)]
    [InlineData("", AbcId)]
    [InlineData("a/b", AbcId)]
    [InlineData("Upper", AbcId)]
    [InlineData("default", "img_../../../../../../../../../../../../../../../../../../etc/passwd0000")]
    [InlineData("default", "img_BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData("default", "")]
    public async Task A_name_that_is_none_never_becomes_a_path(string tenant, string id)
    {
        var error = await Assert.ThrowsAsync<MeshException>(() => Open().ReadAsync(tenant, id, Cancellation));

        Assert.Equal(ErrorReason.InvalidRequest, error.Reason);
        Assert.NotNull(error.Field);
    }

    [Theory]
    [InlineData(2048, false)]
    [InlineData(2049, true)]
    public async Task The_limit_is_the_last_size_that_fits(int size, bool refused)
    {
        var store = Open(maxBytes: 2048);
        var file = new byte[size];

        var fromStream = await Record.ExceptionAsync(() => store.PutAsync("default", new MemoryStream(file), Cancellation));
        var fromMemory = await Record.ExceptionAsync(() => store.PutAsync("default", file.AsMemory(), Cancellation));

        foreach (var error in new[] { fromStream, fromMemory })
        {
            Assert.Equal(refused ? ErrorReason.ImageTooLarge : null, (error as MeshException)?.Reason);
        }
    }

    [Fact]
    public async Task An_upload_that_breaks_leaves_nothing()
    {
        var store = Open();

        await Assert.ThrowsAsync<MeshException>(() => store.PutAsync("default", new BreakingStream(), Cancellation));

        Assert.Empty(_folder.EnumerateFiles("*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_a_killed_process_left_unfinished_is_dropped_later()
    {
        var left = Path.Combine(Open().Incoming, "left");
        await File.WriteAllTextAsync(left, "half", Cancellation);

        Open();
        Assert.True(File.Exists(left), "another process may be writing it");

        _time.Advance(TimeSpan.FromHours(2));
        Open();
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task The_same_picture_stored_at_once_by_many_is_one_file()
    {
        var store = Open();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => store.PutAsync("default", new MemoryStream("abc"u8.ToArray()), Cancellation), Cancellation)));

        Assert.Equal(AbcId, Assert.Single(_folder.EnumerateFiles("*", SearchOption.AllDirectories)).Name);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ImageStore Open(int maxBytes = 1 << 20) =>
        new(Options.Create(new DataOptions { Path = _folder.FullName }), Options.Create(new ImageStoreOptions { MaxBytes = maxBytes }), _time);

    private sealed class BreakingStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reads++ == 0 ? ValueTask.FromResult(100) : ValueTask.FromException<int>(new IOException("connection reset"));
    }
}
