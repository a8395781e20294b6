using System.Runtime.CompilerServices;
using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Order;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine.Indexing;

/// <summary>
/// Carries the pictures of a data set into a collection in batches: one is encoded while the next is uploaded and the one after it is
/// read. What is held in memory is these batches, however large the data set is; with dedupe 32 bytes a picture beside it.
/// </summary>
internal sealed class Ingest(MeshClient client, Dataset dataset, string collection, OnError onError, bool dedupe)
{
    // The hashes of a batch are asked for in an address, of which servers take 8 KiB.
    private const int PicturesPerBatch = 64;
    private const long BytesPerBatch = 32 << 20;
    private const int BatchesAtOnce = 3, UploadsAtOnce = 4, ReadAhead = 8;

    private readonly string _folder = File.Exists(dataset.Path) ? Path.GetDirectoryName(dataset.Path)! : dataset.Path;
    private readonly HashSet<UInt128> _seen = [];

    /// <exception cref="MeshException">The first failure of a picture, where <see cref="OnError.Stop"/> is wanted; else what concerns all of them.</exception>
    public async Task<IndexOutcome> RunAsync(IProgress<long> progress, CancellationToken cancellationToken)
    {
        var tally = new IndexTally(progress);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = BatchesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(BatchesAsync(tally, cancellationToken), parallel, async (batch, token) => await WriteAsync(batch, tally, token));
        return tally.End(
            collection, dataset.ProblemCount,
            dataset.Problems(IndexTally.ListedFailures).Select(problem => new IndexFailure($"{problem.Source}", ErrorReason.DatasetInvalid.Code, problem.Message)));
    }

    private async IAsyncEnumerable<List<SourcePicture>> BatchesAsync(IndexTally tally, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<SourcePicture> batch = new(PicturesPerBatch);
        var bytes = 0L;
        foreach (var split in Enum.GetValues<Split>())
        {
            await foreach (var (picture, _) in ExampleReader.ReadAsync(
                dataset, split, null, default, 1, ReadAhead, (example, token) => SourcePicture.ReadAsync(example, _folder, token), cancellationToken))
            {
                if (picture.Error is not null)
                {
                    Fail(tally, picture.Id, picture.Error);
                    continue;
                }

                // Half of the hash tells a collection of any size apart, and here the order of the files says which of two copies stays.
                if (dedupe && !_seen.Add(UInt128.Parse(picture.Hash.AsSpan(0, 32), System.Globalization.NumberStyles.AllowHexSpecifier, null)))
                {
                    tally.Duplicate();
                    continue;
                }

                batch.Add(picture);
                bytes += picture.Bytes.Length;
                if (batch.Count == PicturesPerBatch || bytes >= BytesPerBatch)
                {
                    yield return batch;
                    (batch, bytes) = (new(PicturesPerBatch), 0);
                }
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private async Task WriteAsync(List<SourcePicture> batch, IndexTally tally, CancellationToken cancellationToken)
    {
        var known = (await client.FindByHashAsync(collection, [.. batch.Select(picture => picture.Hash).Distinct(StringComparer.Ordinal)], cancellationToken)).ToLookup(item => item.Hash);
        var missing = new List<SourcePicture>(batch.Count);
        foreach (var picture in batch)
        {
            var same = known[picture.Hash].Select(found => found.Item).ToList();
            if (same.Exists(picture.IsIn))
            {
                tally.Unchanged();
            }
            else if (dedupe && same.Count > 0 && same.TrueForAll(item => item.Id != picture.Id))
            {
                tally.Duplicate();
            }
            else
            {
                missing.Add(picture);
            }
        }

        var uploaded = new PictureItem?[missing.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = UploadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, missing.Count, parallel, async (i, token) =>
        {
            try
            {
                var image = await client.UploadAsync(missing[i].Bytes, token);
                uploaded[i] = new PictureItem(missing[i].Id, image, missing[i].PayloadWith(image));
            }
            catch (MeshException error) when (IsOfOne(error))
            {
                Fail(tally, missing[i].Id, error);
            }
        });
        await AddAsync([.. uploaded.OfType<PictureItem>()], tally, cancellationToken);
    }

    private async Task AddAsync(IReadOnlyList<PictureItem> items, IndexTally tally, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
        {
            return;
        }

        try
        {
            var refused = await client.AddPicturesAsync(collection, items, cancellationToken);
            foreach (var one in refused)
            {
                Fail(tally, items[one.Index].Id, new MeshException(new ErrorReason(one.Reason, ErrorCategory.InvalidArgument), one.Message));
            }

            tally.Indexed(items.Count - refused.Count);
        }
        catch (MeshException error) when (IsOfOne(error) && items.Count == 1)
        {
            Fail(tally, items[0].Id, error);
        }
        catch (MeshException error) when (IsOfOne(error))
        {
            // Where nothing of a request was good, only the first failure is told.
            foreach (var item in items)
            {
                await AddAsync([item], tally, cancellationToken);
            }
        }
    }

    private static bool IsOfOne(MeshException error) => error.Reason.Category is ErrorCategory.InvalidArgument or ErrorCategory.TooLarge;

    private void Fail(IndexTally tally, string id, MeshException error)
    {
        if (onError == OnError.Stop)
        {
            throw new MeshException(error.Reason, $"{id}: {error.Message}", error);
        }

        tally.Failed(id, error.Reason, error.Message);
    }
}
