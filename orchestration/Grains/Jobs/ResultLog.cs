using System.Collections;
using System.Globalization;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Storage;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>
/// A job's results in the order in which they were stored, which numbers them from 1. They are the only account of how far a job is: what is in
/// here is done, everything else is to be done.
/// </summary>
/// <remarks>
/// Results lie in pages of <see cref="PageSize"/>, each a record with an ETag of its own, so that a write costs a page however many results there
/// are; only the last page is ever written, and several results at a time. All pages are there, empty, before the job begins: then every write
/// replaces a record that is known, and a silo that was frozen can neither add a result beside those of the one that took over nor write behind a
/// deletion.
/// </remarks>
internal sealed class ResultLog(IStateStore store, JobKey key, TimeProvider time) : IDisposable
{
    public const string StateName = "job-results";
    public const int PageSize = 128;

    private const int ParallelWrites = 16;

    private BitArray _done = new(0);
    private DurableState<ResultPage>? _last;
    private int _lastPage;

    /// <summary>Results that are durable.</summary>
    public int Count { get; private set; }

    public int Failed { get; private set; }

    public static int PagesFor(int total) => (total + PageSize - 1) / PageSize;

    public bool Has(int index) => _done[index];

    /// <summary>Makes the empty pages.</summary>
    public Task CreateAsync(int total, CancellationToken cancellationToken) => ForEachPageAsync(total, async page =>
    {
        using var state = Page(page);
        await state.CommitAsync(_ => new ResultPage());
    }, cancellationToken);

    /// <summary>Reads what is there, to go on behind it.</summary>
    public async Task OpenAsync(int total)
    {
        var (done, count, failed) = (new BitArray(total), 0, 0);
        for (var page = 0; page < PagesFor(total); page++)
        {
            var last = await OpenPageAsync(page);
            foreach (var result in last.Current.Results)
            {
                done[result.Index] = true;
                count++;
                failed += result.Error is null ? 0 : 1;
            }

            _last?.Dispose();
            (_last, _lastPage) = (last, page);
            if (last.Current.Results.Count < PageSize)
            {
                break;
            }
        }

        (_done, Count, Failed) = (done, count, failed);
    }

    /// <summary>Adds results; when this returns they are durable. A failure of the store is waited out.</summary>
    /// <param name="results">Of items that have none.</param>
    /// <param name="fails">Told of every failure.</param>
    /// <param name="cancellationToken">Ends the waiting; what was not written by then is lost, and is done again.</param>
    /// <exception cref="InconsistentStateException">Another activation wrote meanwhile.</exception>
    public async Task AppendAsync(IReadOnlyList<ResultRecord> results, Action<MeshException> fails, CancellationToken cancellationToken)
    {
        var rest = results;
        while (rest.Count > 0)
        {
            if (_last!.Current.Results.Count == PageSize)
            {
                var next = await PatientWrites.RunAsync(() => OpenPageAsync(_lastPage + 1), fails, time, cancellationToken);
                _last.Dispose();
                (_last, _lastPage) = (next, _lastPage + 1);
            }

            var fitting = rest.Take(PageSize - _last.Current.Results.Count).ToList();
            var before = _last.Current;
            var after = before with { Results = before.Results.AddRange(fitting) };

            // A write that was carried out although its answer got lost is found out before the next attempt, and is not repeated.
            await PatientWrites.RunAsync(async () =>
            {
                await _last.CommitAsync(page => page.Results.Count == before.Results.Count ? after : page);
                return true;
            }, fails, time, cancellationToken);
            foreach (var result in fitting)
            {
                _done[result.Index] = true;
                Count++;
                Failed += result.Error is null ? 0 : 1;
            }

            rest = [.. rest.Skip(fitting.Count)];
        }
    }

    /// <summary>The results behind a number, up to the end of their page.</summary>
    /// <param name="afterNumber">Below <paramref name="count"/>.</param>
    /// <param name="count">How many there are.</param>
    public async Task<IReadOnlyList<ResultRecord>> ReadAsync(int afterNumber, int count)
    {
        var page = afterNumber / PageSize;
        var results = _last is not null && page == _lastPage
            ? _last.Current.Results
            : (await store.ReadAsync(KeyOf(page)) is { } record ? StateFormat.Parse<ResultPage>(record, KeyOf(page)).Results : []);
        return [.. results.Take(count - (page * PageSize)).Skip(afterNumber % PageSize)];
    }

    /// <summary>Deletes all pages that are there. May be repeated.</summary>
    public async Task DeleteAsync(int total, CancellationToken cancellationToken)
    {
        Close();
        await ForEachPageAsync(total, async page =>
        {
            using var state = Page(page);
            await state.LoadAsync();
            await state.ClearAsync(_ => true);
        }, cancellationToken);
    }

    public void Close()
    {
        _last?.Dispose();
        (_last, _lastPage, _done, Count, Failed) = (null, 0, new BitArray(0), 0, 0);
    }

    public void Dispose() => _last?.Dispose();

    private async Task<DurableState<ResultPage>> OpenPageAsync(int page)
    {
        var state = Page(page);
        await state.LoadAsync();
        return state.IsStored
            ? state
            : throw new InconsistentStateException($"The results {page} of job '{key}' were deleted by someone else.", storedEtag: "none", currentEtag: "any", storageException: null);
    }

    private DurableState<ResultPage> Page(int page) => new(store, KeyOf(page), time);

    private RecordKey KeyOf(int page) => new(StateName, string.Create(CultureInfo.InvariantCulture, $"{key}/{page}"));

    private static Task ForEachPageAsync(int total, Func<int, Task> action, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(0, PagesFor(total)),
        new ParallelOptions { MaxDegreeOfParallelism = ParallelWrites, CancellationToken = cancellationToken },
        async (page, _) => await action(page));
}
