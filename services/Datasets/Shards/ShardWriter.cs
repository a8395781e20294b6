using System.Formats.Tar;
using System.Globalization;
using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Shards;

/// <summary>Writes the examples of a split as WebDataset shards, <c>train-000000.tar</c> and so on. A shard gets its name when it is whole and on the disk.</summary>
internal sealed class ShardWriter(string folder, Split split, int examplesPerShard) : IAsyncDisposable
{
    private FileStream? _file;
    private TarWriter? _tar;
    private int _shard, _inShard;
    private long _written;

    /// <summary>Shards that are whole.</summary>
    public List<string> Shards { get; } = [];

    /// <param name="picture">The bytes as they were published; not decoded.</param>
    public async Task WriteAsync(Example example, byte[]? picture, CancellationToken cancellationToken)
    {
        if (_tar is null)
        {
            _file = new FileStream(Path.Combine(folder, Name() + ".new"), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20, FileOptions.Asynchronous);
            _tar = new TarWriter(_file, TarEntryFormat.Ustar, leaveOpen: true);
        }

        // Ids may hold slashes and dots, which mean something in a shard: the members are numbered, the record has the id.
        var key = (_written++).ToString("D9", CultureInfo.InvariantCulture);
        if (picture is not null)
        {
            await AddAsync($"{key}.{Extension(picture)}", picture, cancellationToken);
        }

        await AddAsync($"{key}.json", ExampleJson.Of(example), cancellationToken);
        if (++_inShard == examplesPerShard)
        {
            await FinishAsync();
        }
    }

    public async Task FinishAsync()
    {
        if (_tar is null)
        {
            return;
        }

        await _tar.DisposeAsync();
        _file!.Flush(flushToDisk: true);
        await _file.DisposeAsync();
        var path = Path.Combine(folder, Name());
        File.Move(path + ".new", path, overwrite: true);
        Shards.Add(path);
        (_file, _tar, _inShard) = (null, null, 0);
        _shard++;
    }

    public async ValueTask DisposeAsync()
    {
        if (_tar is not null)
        {
            await _tar.DisposeAsync();
            await _file!.DisposeAsync();
            File.Delete(Path.Combine(folder, Name() + ".new"));
        }
    }

    private string Name() => string.Create(CultureInfo.InvariantCulture, $"{split.ToString().ToLowerInvariant()}-{_shard:D6}.tar");

    private Task AddAsync(string name, byte[] bytes, CancellationToken cancellationToken) => _tar!.WriteEntryAsync(
        new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(bytes),

            // The same examples make the same bytes, whenever that is.
            ModificationTime = DateTimeOffset.UnixEpoch,
        },
        cancellationToken);

    private static string Extension(byte[] picture) => PictureFiles.MediaTypeOf(picture) switch
    {
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/heic" => "heic",
        "image/avif" => "avif",

        // What is no picture stays what it was called most likely; whoever decodes it says so.
        _ => "jpg",
    };
}
