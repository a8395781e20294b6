using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Images.Folders;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Images.Tests.Folders;

public sealed class FolderImageStoreTests : ImageStoreContract, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("images-");
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    protected override string Place => _folder.FullName;

    [Fact]
    public async Task What_a_killed_process_left_unfinished_is_dropped_later()
    {
        var left = Path.Combine(OpenFolder().Incoming, "left");
        await File.WriteAllTextAsync(left, "half", Cancellation);

        Open();
        Assert.True(File.Exists(left), "another process may be writing it");

        _time.Advance(TimeSpan.FromHours(2));
        Open();
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        var store = OpenFolder();
        Directory.Delete(store.Incoming);
        await File.WriteAllTextAsync(store.Incoming, "in the way", Cancellation);

        var condition = await store.CheckAsync(Cancellation);

        Assert.Equal(StoreState.Unavailable, condition.State);
        Assert.Contains(_folder.FullName, condition.Description, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    protected override IImageStore Open(int maxBytes = 2 << 20) => OpenFolder(maxBytes);

    protected override IReadOnlyList<string> Held() => [.. _folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.FullName)];

    protected override void Change(string name, ReadOnlySpan<byte> content) => File.WriteAllBytes(name, content);

    private FolderImageStore OpenFolder(int maxBytes = 2 << 20) =>
        new(Options.Create(new DataOptions { Path = _folder.FullName }), Options.Create(new ImageStoreOptions { MaxBytes = maxBytes }), _time);
}
