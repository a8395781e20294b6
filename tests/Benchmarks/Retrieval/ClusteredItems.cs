using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using MultiModalMesh.Retrieval;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Embedded;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Benchmarks.Retrieval;

/// <summary>A collection in a temporary folder whose vectors lie in clusters, as embeddings of pictures do.</summary>
internal sealed class ClusteredItems : IAsyncDisposable
{
    private const int ItemsPerCluster = 200;
    private const int ItemsPerWrite = 2048;
    private const float Width = 0.7f;

    private static readonly CollectionKey Key = new("bench", "items");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bench-retrieval-");
    private readonly Random _random = new(1);
    private readonly int _dimensions;
    private EmbeddedEngine _engine;

    private ClusteredItems(int dimensions)
    {
        _dimensions = dimensions;
        _engine = Open();
    }

    public EmbeddedCollection Collection => _engine.Get(Key);

    public IEnumerable<string> VectorFiles => Directory.EnumerateFiles(_folder.FullName, "*.vectors", SearchOption.AllDirectories);

    /// <summary>Payloads have the number <c>p</c>, 0..99 at random: a filter on it passes a share that is known.</summary>
    public static async Task<ClusteredItems> MakeAsync(int count, int dimensions, Action<string> log)
    {
        var items = new ClusteredItems(dimensions);
        log($"writing {count} items of {dimensions} dimensions into {items._folder.FullName}");
        await items._engine.CreateAsync(Key, dimensions, "", CancellationToken.None);
        var centre = items.Gaussian();
        for (var written = 0; written < count;)
        {
            var batch = new List<IndexedItem>();
            for (; batch.Count < ItemsPerWrite && written < count; written++)
            {
                centre = written % ItemsPerCluster == 0 ? items.Gaussian() : centre;
                var payload = new Struct { Fields = { ["p"] = Value.ForNumber(items._random.Next(100)) } };
                batch.Add(new IndexedItem($"item-{written}", items.Near(centre), payload.ToByteArray()));
            }

            await items.Collection.UpsertAsync(batch, CancellationToken.None);
        }

        return items;
    }

    /// <summary>A vector near one of the items: a picture like one that is there.</summary>
    public async Task<float[]> QueryAsync()
    {
        var id = $"item-{_random.Next((int)Collection.ItemCount)}";
        return Near((await Collection.GetAsync([id], CancellationToken.None))[0].Vector);
    }

    /// <summary>Closes all and opens it again.</summary>
    /// <returns>Milliseconds of the opening.</returns>
    public async Task<double> ReopenAsync()
    {
        await _engine.DisposeAsync();
        return Measuring.Watch.Milliseconds(() => _engine = Open());
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private EmbeddedEngine Open() => new(
        Options.Create(new DataOptions { Path = _folder.FullName }), Options.Create(new RetrievalOptions { MaxMegabytes = 65_536 }), TimeProvider.System);

    private float[] Near(float[] centre)
    {
        var noise = Gaussian();
        for (var i = 0; i < noise.Length; i++)
        {
            noise[i] = centre[i] + (Width * noise[i]);
        }

        return IndexedItem.UnitVector(noise, _dimensions, "vector");
    }

    // The sum of four uniform numbers is near enough to a normal one, and its length is 1 in expectation.
    private float[] Gaussian()
    {
        var scale = MathF.Sqrt(3f / _dimensions);
        var values = new float[_dimensions];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (_random.NextSingle() + _random.NextSingle() + _random.NextSingle() + _random.NextSingle() - 2) * scale;
        }

        return values;
    }
}
