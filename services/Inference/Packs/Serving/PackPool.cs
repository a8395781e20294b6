using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Devices;
using MultiModalMesh.Inference.Encoders;

namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>
/// The packs that a process serves. Their models are in memory while they are needed and the budget allows: a request takes a lease, and what
/// nobody leases makes room for others, longest unused first. A pack whose folder is replaced is loaded again beside the running requests, and
/// a broken one is listed with its error while the others serve. Safe for concurrent use.
/// </summary>
public sealed class PackPool : IDisposable
{
    private const int MostWaiting = 1024;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly PackParts _parts;
    private readonly SharedEncoding _shared;
    private readonly PoolState _state;
    private readonly PackOpener _opener;
    private readonly FolderReview _review;
    private readonly SemaphoreSlim _reviewing = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private long _uses;
    private bool _disposed;

    /// <param name="roots">The folders to look through, asked at every review; a root may be a pack itself.</param>
    /// <param name="parts">The models to serve.</param>
    /// <param name="inference">How models are run.</param>
    /// <param name="options">How they are kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="observer">Told of what befalls packs, from any thread.</param>
    /// <exception cref="MeshException">InvalidRequest: the device cannot be read. DeviceUnavailable: none of the devices works.</exception>
    public PackPool(
        Func<IEnumerable<string>> roots, PackParts parts, InferenceOptions inference, PackPoolOptions options, TimeProvider? time = null, Action<PackChange>? observer = null)
    {
        ArgumentNullException.ThrowIfNull(inference);
        ArgumentNullException.ThrowIfNull(options);

        // Without a device no pack can be opened: that is no fault of the packs.
        DeviceSelection.Of(inference);
        time ??= TimeProvider.System;
        _parts = parts;
        _shared = new SharedEncoding(inference, time);
        _state = new PoolState(options, observer);
        _opener = new PackOpener(_state, parts, inference, options, _shared, time);
        _review = new FolderReview(_state, _opener, roots, options.Load);
    }

    /// <summary>How it stands with every folder that is, or should be, a pack; in the order of the roots, then of the folders' names.</summary>
    public IReadOnlyList<PackStatus> Packs
    {
        get
        {
            lock (_state.Gate)
            {
                return _state.Packs.ConvertAll(pack => new PackStatus(
                    pack.Name, pack.Directory, pack.Definition, pack.IsOffered, pack.Resident?.Bytes ?? 0, pack.Resident?.Leases ?? 0, pack.Refusal ?? pack.Trouble));
            }
        }
    }

    /// <summary>What is in memory for new requests, for looking at; only a lease keeps it there.</summary>
    public IReadOnlyList<LoadedPack> Loaded
    {
        get
        {
            lock (_state.Gate)
            {
                return [.. _state.Packs.Where(pack => pack.Resident is not null).Select(pack => pack.Resident!.Pack)];
            }
        }
    }

    /// <summary>All models that are in memory, those too that only running requests use.</summary>
    internal IReadOnlyList<ResidentPack> Alive
    {
        get
        {
            lock (_state.Gate)
            {
                return [.. _state.Alive];
            }
        }
    }

    /// <summary>Bytes of the budget that are taken.</summary>
    internal long TakenBytes
    {
        get
        {
            lock (_state.Gate)
            {
                return _state.Budget.Taken;
            }
        }
    }

    /// <summary>The packs that take requests for a part.</summary>
    public IReadOnlyList<ModelPack> Offered(PackParts part)
    {
        lock (_state.Gate)
        {
            return [.. _state.Packs.Where(pack => pack.IsOffered && Serves(pack.Definition!, part)).Select(pack => pack.Definition!)];
        }
    }

    /// <summary>Reads all folders, and loads what is to be loaded before the first request.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default) => ReviewAsync(settled: false, cancellationToken);

    /// <summary>
    /// Takes up packs that came, went or were replaced. What looks different than at the review before is left for the next one: it may be still
    /// under way.
    /// </summary>
    public Task ReviewAsync(CancellationToken cancellationToken = default) => ReviewAsync(settled: true, cancellationToken);

    /// <summary>A pack's tokenizer and facts; its models need not be in memory for that.</summary>
    /// <param name="model">As in <see cref="AcquireAsync(string?, PackParts, CancellationToken)"/>.</param>
    /// <exception cref="MeshException">ModelNotFound, which lists what there is; PackInvalid.</exception>
    public ModelPack Describe(string? model)
    {
        lock (_state.Gate)
        {
            return Find(model, PackParts.All, null).Definition!;
        }
    }

    /// <inheritdoc cref="AcquireAsync(string?, PackParts, Func{ModelPack, bool}, CancellationToken)"/>
    public Task<PackLease> AcquireAsync(string? model, PackParts part, CancellationToken cancellationToken = default) => AcquireAsync(model, part, null, cancellationToken);

    /// <summary>Takes a pack into use, and loads it where it is not in memory.</summary>
    /// <param name="model">The pack's name, or <c>name@version</c>; empty: the first that has the part.</param>
    /// <param name="part">What the request needs of it.</param>
    /// <param name="preferred">Where no name is given, the first that is so before the first of all; null: any is.</param>
    /// <param name="cancellationToken">Ends the waiting; a loading that was begun goes on.</param>
    /// <exception cref="MeshException">
    /// ModelNotFound, which lists what there is; CapabilityMissing; PackInvalid; Overloaded with a delay: there is no room and everything in memory is in use.
    /// </exception>
    public async Task<PackLease> AcquireAsync(string? model, PackParts part, Func<ModelPack, bool>? preferred, CancellationToken cancellationToken = default)
    {
        ServedPack pack;
        Task<MeshException?> opening;
        lock (_state.Gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            pack = Find(model, part, preferred);
            pack.LastUse = ++_uses;
            if (pack.Resident is not null)
            {
                return Lease(pack.Resident);
            }

            if (pack.Waiting >= MostWaiting)
            {
                throw new MeshException(ErrorReason.Overloaded, $"{pack.Waiting} requests wait for the model '{pack.Name}' to be loaded; try again later.") { RetryAfter = RetryDelay };
            }

            pack.Waiting++;
            opening = pack.Opening ??= Task.Run(() => _opener.OpenAsync(pack, _stopping.Token), CancellationToken.None);
        }

        MeshException? failure = null;
        PackLease? lease = null;
        try
        {
            failure = await opening.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_state.Gate)
            {
                // At once, so that it is not unloaded between the two.
                pack.Waiting--;
                lease = opening.IsCompleted && failure is null && pack.Resident is not null && !cancellationToken.IsCancellationRequested ? Lease(pack.Resident) : null;
                _state.Signal();
            }
        }

        return lease ?? throw (failure is null
            ? new MeshException(ErrorReason.ModelNotFound, $"The model '{pack.Name}' was removed.")
            : new MeshException(failure.Reason, failure.Message, failure) { RetryAfter = failure.RetryAfter, Field = failure.Field });
    }

    /// <summary>Waits for what is being opened, and frees everything, used or not.</summary>
    public void Dispose()
    {
        lock (_state.Gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _stopping.Cancel();
        _opener.Close();
        foreach (var resident in Alive)
        {
            _state.Free(resident);
        }

        _shared.Dispose();
    }

    internal void Release(ResidentPack resident) => _state.Release(resident);

    private async Task ReviewAsync(bool settled, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        await _reviewing.WaitAsync(either.Token);
        try
        {
            await _review.RunAsync(settled, either.Token);
        }
        finally
        {
            _reviewing.Release();
        }
    }

    private PackLease Lease(ResidentPack resident)
    {
        resident.Leases++;
        return new PackLease(this, resident);
    }

    private bool Serves(ModelPack pack, PackParts part) => (LoadedPack.PartsOf(pack) & _parts & part) != 0;

    private ServedPack Find(string? model, PackParts part, Func<ModelPack, bool>? preferred)
    {
        var offered = _state.Packs.Where(pack => pack.IsOffered).ToList();
        var found = string.IsNullOrEmpty(model)
            ? offered.Find(pack => Serves(pack.Definition!, part) && preferred?.Invoke(pack.Definition!) != false)
                ?? offered.Find(pack => Serves(pack.Definition!, part)) ?? offered.FirstOrDefault()
            : offered.Find(pack => pack.Name == model || pack.Definition!.Id == model) ?? _state.Packs.Find(pack => pack.Name == model);
        return found switch
        {
            null when string.IsNullOrEmpty(model) => throw new MeshException(ErrorReason.ModelNotFound, "There is no model pack that serves."),
            null => throw new MeshException(
                ErrorReason.ModelNotFound, $"There is no model '{model}'; there is: {(offered.Count > 0 ? string.Join(", ", offered.Select(pack => pack.Name)) : "none")}."),
            { Definition: null } => throw new MeshException(ErrorReason.PackInvalid, found.Refusal!.Message, found.Refusal),
            _ => Serves(found.Definition, part) ? found : throw LoadedPack.Missing(found.Definition, part),
        };
    }
}
