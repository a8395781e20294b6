using System.Diagnostics;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Encoders;
using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>Brings packs into memory: makes room, then opens one at a time, since opening takes all processors.</summary>
internal sealed class PackOpener(PoolState state, PackParts parts, InferenceOptions inference, PackPoolOptions options, SharedEncoding shared, TimeProvider time)
    : IDisposable
{
    // A folder that is being replaced is gone, or in motion, for an instant.
    private const int Attempts = 10;
    private static readonly TimeSpan SettlingTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Held by whoever reads a folder to change what is served of it.</summary>
    public Task TakeTurnAsync(CancellationToken cancellationToken) => _turn.WaitAsync(cancellationToken);

    public void EndTurn() => _turn.Release();

    /// <summary>Waits until nobody opens anything, and lets nobody open anything any more.</summary>
    public void Close() => _turn.Wait();

    public void Dispose() => _turn.Dispose();

    /// <summary>Reads a folder without opening its models.</summary>
    /// <exception cref="MeshException">PackInvalid.</exception>
    public (ModelPack Pack, long Bytes) Read(string directory)
    {
        var pack = PackFolders.Read(directory, inference);
        var bytes = PackGraphs.Check(pack, parts);
        return state.Budget.CanHold(bytes)
            ? (pack, bytes)
            : throw new MeshException(
                ErrorReason.PackInvalid, $"{directory}: the graphs and weights of '{pack.Id}' have {bytes} bytes, more than Models:MemoryBudgetBytes, which is {options.MemoryBudgetBytes}.");
    }

    /// <summary>Opens the models of a pack whose bytes are taken already.</summary>
    /// <exception cref="MeshException">PackInvalid.</exception>
    public ResidentPack Open(ModelPack pack, long bytes)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            var loaded = new LoadedPack(pack, parts, inference, shared, time);
            PackInstruments.Loaded(pack.Name, bytes, Stopwatch.GetElapsedTime(start));
            return new ResidentPack(loaded, bytes);
        }
        catch (Exception failure)
        {
            PackInstruments.LoadFailed(pack.Name, Stopwatch.GetElapsedTime(start));
            throw failure as MeshException ?? new MeshException(ErrorReason.PackInvalid, $"{pack.Directory}: the pack cannot be loaded: {failure.Message}", failure);
        }
    }

    /// <summary>Opens the models of a pack whose bytes are taken already, and runs them once where that is wanted.</summary>
    /// <exception cref="MeshException">PackInvalid; nothing is left in memory then.</exception>
    public async Task<ResidentPack> OpenAheadAsync(ModelPack pack, long bytes, CancellationToken cancellationToken)
    {
        var opened = Open(pack, bytes);
        try
        {
            if (options.WarmUp)
            {
                await FirstRun.RunAsync(opened.Pack, cancellationToken);
            }

            return opened;
        }
        catch
        {
            Discard(opened, "failed");
            throw;
        }
    }

    /// <summary>Frees what was opened and is not put into use: its folder was replaced meanwhile, or it does not work.</summary>
    public static void Discard(ResidentPack? opened, string why = "replaced")
    {
        if (opened?.Free() == true)
        {
            PackInstruments.Unloaded(opened.Pack.Pack.Name, opened.Bytes, why);
        }
    }

    /// <summary>Brings a pack into memory for the requests that wait for it.</summary>
    /// <returns>What went wrong; null if nothing did.</returns>
    public async Task<MeshException?> OpenAsync(ServedPack pack, CancellationToken stopping)
    {
        MeshException? failure = null;
        try
        {
            await TakeRoomAndOpenAsync(pack, stopping);
        }
        catch (OperationCanceledException)
        {
            failure = new MeshException(ErrorReason.PeerUnavailable, "The process is shutting down; ask another one.");
        }
#pragma warning disable CA1031 // Whatever it is belongs to those who wait.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e as MeshException ?? new MeshException(ErrorReason.PackInvalid, $"{pack.Directory}: the pack cannot be loaded: {e.Message}", e);
        }

        lock (state.Gate)
        {
            pack.Opening = null;
            if (failure?.Reason == ErrorReason.PackInvalid)
            {
                pack.Trouble = pack.Refusal is null ? failure : null;
                pack.Refusal = pack.Refusal is null ? null : failure;
            }
        }

        if (failure is not null)
        {
            state.TellFailed(pack, failure);
        }

        return failure;
    }

    private async Task TakeRoomAndOpenAsync(ServedPack pack, CancellationToken stopping)
    {
        long taken;
        lock (state.Gate)
        {
            taken = pack.Bytes;
        }

        await TakeRoomAsync(pack, taken, stopping);
        ResidentPack? opened = null;
        try
        {
            await TakeTurnAsync(stopping);
            try
            {
                opened = await OpenInTurnAsync(pack, taken, stopping);
            }
            finally
            {
                EndTurn();
            }
        }
        finally
        {
            if (opened is null)
            {
                lock (state.Gate)
                {
                    state.Budget.Give(taken);
                    state.Signal();
                }
            }
        }
    }

    /// <returns>Null if it was in memory already.</returns>
    private async Task<ResidentPack?> OpenInTurnAsync(ServedPack pack, long taken, CancellationToken stopping)
    {
        for (var attempt = 1; ; attempt++)
        {
            var fingerprint = PackFolders.Fingerprint(pack.Directory);
            ModelPack definition;
            long bytes;
            bool isKnown, isRefused;
            lock (state.Gate)
            {
                if (pack.Resident is not null)
                {
                    return null;
                }

                (definition, bytes, isKnown, isRefused) = (Require(pack), pack.Bytes, pack.Fingerprint == fingerprint, pack.Refusal is not null);
            }

            try
            {
                if (!isKnown)
                {
                    (definition, bytes) = Read(pack.Directory);
                }

                // What was refused before has to show that it works; for the others a request waits already.
                var opened = isRefused ? await OpenAheadAsync(definition, bytes, stopping) : Open(definition, bytes);
                if (PackFolders.Fingerprint(pack.Directory) == fingerprint && Install(pack, opened, fingerprint, taken))
                {
                    state.Tell(PackChangeKind.Loaded, definition.Id, pack.Directory);
                    return opened;
                }

                Discard(opened);
                if (attempt == Attempts)
                {
                    throw new MeshException(ErrorReason.PackBusy, $"{pack.Directory}: the pack is being replaced; try again when that is done.");
                }
            }
            catch (MeshException) when (attempt < Attempts && (!Directory.Exists(pack.Directory) || PackFolders.Fingerprint(pack.Directory) != fingerprint))
            {
                // It is being replaced; what was seen of it counts for nothing.
            }

            await Task.Delay(SettlingTime, time, stopping);
        }
    }

    private static ModelPack Require(ServedPack pack) =>
        pack.IsRemoved ? throw new MeshException(ErrorReason.ModelNotFound, $"The model '{pack.Name}' was removed.")
        : pack.Definition ?? throw new MeshException(ErrorReason.PackInvalid, pack.Refusal?.Message ?? $"{pack.Directory}: is no model pack.", pack.Refusal);

    /// <summary>False if the folder holds a pack of another name now, which is not for this request.</summary>
    private bool Install(ServedPack pack, ResidentPack opened, string fingerprint, long taken)
    {
        lock (state.Gate)
        {
            var definition = opened.Pack.Pack;
            if (definition.Name != pack.Name || pack.IsRemoved || state.TwinOf(pack.Directory, definition.Name) is not null)
            {
                return false;
            }

            // A version that grew while nobody looked may exceed the budget; the next loading makes up for it.
            state.Budget.Take(opened.Bytes - taken);
            (pack.Definition, pack.Bytes, pack.Fingerprint, pack.Refusal, pack.Trouble) = (definition, opened.Bytes, fingerprint, null, null);
            state.Install(pack, opened);
            return true;
        }
    }

    /// <summary>Takes bytes of the budget; unloads what is used by nobody, longest unused first, and where that is not enough waits a little.</summary>
    /// <exception cref="MeshException">Overloaded, with a delay.</exception>
    private async Task TakeRoomAsync(ServedPack forPack, long bytes, CancellationToken stopping)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            Task change;
            List<ResidentPack> evicted = [];
            lock (state.Gate)
            {
                var lacking = state.Budget.Lacks(bytes);
                if (lacking <= 0)
                {
                    state.Budget.Take(bytes);
                    return;
                }

                change = state.Change;
                foreach (var victim in MemoryBudget.Victims(state.Packs.Where(pack => pack.IsIdle), lacking) ?? [])
                {
                    evicted.Add(PoolState.Retire(victim, "evicted")!);
                }
            }

            if (evicted.Count > 0)
            {
                evicted.ForEach(state.Free);
                continue;
            }

            var patience = options.RoomPatience - time.GetElapsedTime(start);
            try
            {
                await change.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time, stopping);
            }
            catch (TimeoutException)
            {
                throw new MeshException(
                    ErrorReason.Overloaded,
                    $"There is no room for the model '{forPack.Name}': it takes {bytes} bytes, and what is in memory of Models:MemoryBudgetBytes ({options.MemoryBudgetBytes}) is in use; try again later.")
                {
                    RetryAfter = RetryDelay,
                };
            }
        }
    }
}
