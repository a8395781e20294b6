using MultiModalMesh.Errors;

namespace MultiModalMesh.Images.Tests;

/// <summary>What every store promises.</summary>
public abstract class ImageStoreContract
{
    // SHA-256 of "abc", FIPS 180-2, appendix B.1.
    protected const string AbcId = "img_ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    protected static readonly byte[] Abc = [.. "abc"u8];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_picture_is_named_by_its_content_however_it_came()
    {
        var store = Open();

        var streamed = await store.PutAsync("default", new MemoryStream(Abc), Cancellation);
        var again = await store.PutAsync("default", Abc.AsMemory(), Cancellation);

        Assert.Equal(new StoredImage(AbcId, 3, Created: true), streamed);
        Assert.Equal(new StoredImage(AbcId, 3, Created: false), again);
        Assert.Equal(Abc, await store.ReadAsync("default", AbcId, Cancellation));
    }

    [Fact]
    public async Task A_picture_is_there_after_a_restart()
    {
        await Open().PutAsync("default", Abc.AsMemory(), Cancellation);

        Assert.Equal(Abc, await Open().ReadAsync("default", AbcId, Cancellation));
    }

    [Fact]
    public async Task A_picture_of_a_megabyte_comes_back_byte_for_byte()
    {
        var file = new byte[1 << 20];
        new Random(1).NextBytes(file);
        var store = Open();

        var stored = await store.PutAsync("default", new MemoryStream(file), Cancellation);

        Assert.Equal(file, await store.ReadAsync("default", stored.Id, Cancellation));
    }

    [Fact]
    public async Task A_picture_belongs_to_one_tenant()
    {
        var store = Open();
        await store.PutAsync("ours", Abc.AsMemory(), Cancellation);

        Assert.False(await store.ExistsAsync("theirs", AbcId, Cancellation));
        Assert.False(await store.DeleteAsync("theirs", AbcId, Cancellation));
        var error = await Assert.ThrowsAsync<MeshException>(() => store.ReadAsync("theirs", AbcId, Cancellation));
        Assert.Equal(ErrorReason.ImageNotFound, error.Reason);
        Assert.True(await store.ExistsAsync("ours", AbcId, Cancellation));
    }

    [Fact]
    public async Task A_deleted_picture_is_gone()
    {
        var store = Open();
        await store.PutAsync("default", Abc.AsMemory(), Cancellation);

        Assert.True(await store.DeleteAsync("default", AbcId, Cancellation));
        Assert.False(await store.ExistsAsync("default", AbcId, Cancellation));
        Assert.False(await store.DeleteAsync("default", AbcId, Cancellation));
        Assert.Empty(Held());
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
    public async Task A_file_without_bytes_is_no_picture()
    {
        var error = await Assert.ThrowsAsync<MeshException>(() => Open().PutAsync("default", new MemoryStream(), Cancellation));

        Assert.Equal(ErrorReason.ImageUnreadable, error.Reason);
    }

    [Fact]
    public async Task A_stream_without_end_is_read_to_the_limit_only()
    {
        var endless = new EndlessStream();

        var error = await Assert.ThrowsAsync<MeshException>(() => Open(maxBytes: 1 << 20).PutAsync("default", endless, Cancellation));

        Assert.Equal(ErrorReason.ImageTooLarge, error.Reason);
        Assert.InRange(endless.Given, 1 << 20, 2 << 20);
        Assert.Empty(Held());
    }

    [Fact]
    public async Task An_upload_that_breaks_leaves_nothing()
    {
        await Assert.ThrowsAsync<MeshException>(() => Open().PutAsync("default", new BreakingStream(), Cancellation));

        Assert.Empty(Held());
    }

    [Fact]
    public async Task The_same_picture_stored_at_once_by_many_is_one_file()
    {
        var store = Open();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => store.PutAsync("default", new MemoryStream(Abc), Cancellation), Cancellation)));

        Assert.EndsWith(AbcId, Assert.Single(Held()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_that_was_changed_is_refused_and_not_passed_off_as_the_one_asked_for()
    {
        var store = Open();
        await store.PutAsync("default", Abc.AsMemory(), Cancellation);
        Change(Assert.Single(Held()), "abd"u8);

        var error = await Assert.ThrowsAsync<MeshException>(() => store.ReadAsync("default", AbcId, Cancellation));

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_that_was_cut_is_whole_again_when_it_is_sent_again()
    {
        var store = Open();
        await store.PutAsync("default", Abc.AsMemory(), Cancellation);
        Change(Assert.Single(Held()), "ab"u8);

        await store.PutAsync("default", Abc.AsMemory(), Cancellation);

        Assert.Equal(Abc, await store.ReadAsync("default", AbcId, Cancellation));
    }

    [Fact]
    public async Task A_store_that_works_says_where_pictures_are()
    {
        var condition = await Open().CheckAsync(Cancellation);

        Assert.Equal(StoreState.Ready, condition.State);
        Assert.Contains(Place, condition.Description, StringComparison.Ordinal);
        Assert.Empty(Held());
    }

    /// <summary>What the operator knows the store by.</summary>
    protected abstract string Place { get; }

    /// <summary>A store over what the others of the same test wrote.</summary>
    protected abstract IImageStore Open(int maxBytes = 2 << 20);

    /// <summary>Names of everything that is kept.</summary>
    protected abstract IReadOnlyList<string> Held();

    /// <summary>Changes the content of what is kept, behind the store's back.</summary>
    protected abstract void Change(string name, ReadOnlySpan<byte> content);

    private sealed class EndlessStream : MemoryStream
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Given += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }
    }

    private sealed class BreakingStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reads++ == 0 ? ValueTask.FromResult(100) : ValueTask.FromException<int>(new IOException("connection reset"));
    }
}
