using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>Looks at the folders and takes up what changed: packs that came, went or were replaced. One review at a time.</summary>
internal sealed class FolderReview(PoolState state, PackOpener opener, Func<IEnumerable<string>> roots, PackLoading loading)
{
    private Dictionary<string, string> _previous = new(StringComparer.Ordinal);

    /// <summary>Takes up everything that is different from what is served.</summary>
    /// <param name="settled">Only what was the same at the review before: what is still being written is left for the next one.</param>
    /// <param name="cancellationToken">Honoured between packs.</param>
    public async Task RunAsync(bool settled, CancellationToken cancellationToken)
    {
        List<string> folders;
        try
        {
            folders = [.. PackFolders.Below(roots())];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return; // a root went away in this instant; the next review sees what became of it
        }

        var look = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            look[folder] = PackFolders.Fingerprint(folder);
        }

        var previous = Interlocked.Exchange(ref _previous, look);
        foreach (var gone in KnownFolders().Where(known => !look.ContainsKey(known) && (!settled || !previous.ContainsKey(known))))
        {
            Remove(gone);
        }

        foreach (var (folder, fingerprint) in look)
        {
            if (!settled || previous.GetValueOrDefault(folder) == fingerprint)
            {
                await TakeUpAsync(folder, fingerprint, cancellationToken);
            }
        }

        lock (state.Gate)
        {
            var order = folders.Select((folder, i) => (folder, i)).DistinctBy(entry => entry.folder).ToDictionary(entry => entry.folder, entry => entry.i);
            state.Packs.Sort((a, b) => order.GetValueOrDefault(a.Directory, int.MaxValue).CompareTo(order.GetValueOrDefault(b.Directory, int.MaxValue)));
        }
    }

    private List<string> KnownFolders()
    {
        lock (state.Gate)
        {
            return state.Packs.ConvertAll(pack => pack.Directory);
        }
    }

    private void Remove(string directory)
    {
        ServedPack? pack;
        ResidentPack? unused = null;
        lock (state.Gate)
        {
            pack = state.In(directory);
            if (pack is not null)
            {
                pack.IsRemoved = true;
                state.Packs.Remove(pack);
                unused = PoolState.Retire(pack, "removed");
                FreeTheName();
            }
        }

        state.Free(unused);
        if (pack is not null)
        {
            state.Tell(PackChangeKind.Removed, pack.Name, directory);
        }
    }

    private async Task TakeUpAsync(string directory, string fingerprint, CancellationToken cancellationToken)
    {
        if (IsKnown(directory, fingerprint))
        {
            return;
        }

        await opener.TakeTurnAsync(cancellationToken);
        try
        {
            // A request may have come before, and loaded it as it is now.
            if (!IsKnown(directory, fingerprint))
            {
                await Task.Run(() => TakeUpInTurnAsync(directory, fingerprint, cancellationToken), cancellationToken);
            }
        }
        finally
        {
            opener.EndTurn();
        }
    }

    private bool IsKnown(string directory, string fingerprint)
    {
        lock (state.Gate)
        {
            return state.In(directory)?.Fingerprint == fingerprint;
        }
    }

    private async Task TakeUpInTurnAsync(string directory, string fingerprint, CancellationToken cancellationToken)
    {
        ModelPack? definition = null;
        var (bytes, opens, isTwin) = (0L, false, false);
        try
        {
            (definition, bytes) = opener.Read(directory);
            lock (state.Gate)
            {
                if (state.TwinOf(directory, definition.Name) is { } twin)
                {
                    isTwin = true;
                    throw PackFolders.NameTaken(directory, definition.Name, twin.Directory);
                }

                opens = Opens(state.In(directory), bytes);
                state.Budget.Take(opens ? bytes : 0);
            }

            var opened = opens ? await opener.OpenAheadAsync(definition, bytes, cancellationToken) : null;
            if (IsInMotion(directory, fingerprint))
            {
                PackOpener.Discard(opened);
                GiveBack(opens ? bytes : 0);
                return;
            }

            Replace(directory, fingerprint, definition, bytes, opened);
        }
        catch (MeshException failure)
        {
            GiveBack(opens ? bytes : 0);
            if (IsInMotion(directory, fingerprint))
            {
                return;
            }

            Reject(directory, fingerprint, isTwin ? null : definition, isTwin, bytes, failure);
        }
        catch (OperationCanceledException)
        {
            GiveBack(opens ? bytes : 0);
            throw;
        }
    }

    // What was read of a known folder while it was replaced is neither the old pack nor the new one, and no reason to refuse either.
    private bool IsInMotion(string directory, string fingerprint)
    {
        lock (state.Gate)
        {
            if (state.In(directory) is null)
            {
                return false;
            }
        }

        return PackFolders.Fingerprint(directory) != fingerprint;
    }

    private void GiveBack(long bytes)
    {
        lock (state.Gate)
        {
            state.Budget.Give(bytes);
            state.Signal();
        }
    }

    // The successor of a pack that is in use goes before the budget, for as long as both are there: otherwise no request could go on while it comes.
    private bool Opens(ServedPack? pack, long bytes) =>
        pack?.Resident is not null || (loading == PackLoading.Eager && pack?.IsOffered != true && state.Budget.Lacks(bytes) <= 0);

    private void Replace(string directory, string fingerprint, ModelPack definition, long bytes, ResidentPack? opened)
    {
        ResidentPack? unused;
        lock (state.Gate)
        {
            var pack = Slot(directory);
            if (pack.Definition?.Name != definition.Name)
            {
                FreeTheName();
            }

            (pack.Definition, pack.Bytes, pack.Fingerprint) = (definition, bytes, fingerprint);
            (pack.Refusal, pack.Trouble, pack.IsStale, pack.IsTwin) = (null, null, false, false);
            unused = PoolState.Retire(pack, "replaced");
            if (opened is not null)
            {
                state.Install(pack, opened);
            }
        }

        state.Free(unused);
        state.Tell(opened is null ? PackChangeKind.Offered : PackChangeKind.Loaded, definition.Id, directory);
    }

    private void Reject(string directory, string fingerprint, ModelPack? definition, bool isTwin, long bytes, MeshException failure)
    {
        ServedPack pack;
        lock (state.Gate)
        {
            pack = Slot(directory);
            pack.Fingerprint = fingerprint;
            pack.IsTwin = isTwin;
            if (pack.Resident is not null)
            {
                (pack.Trouble, pack.IsStale) = (failure, true);
            }
            else
            {
                // What can be read but not opened, for want of memory perhaps, is tried again by whoever names it.
                (pack.Definition, pack.Bytes, pack.Refusal, pack.Trouble) = (definition, bytes, failure, null);
            }
        }

        state.TellFailed(pack, failure);
    }

    private ServedPack Slot(string directory)
    {
        var pack = state.In(directory);
        if (pack is null)
        {
            state.Packs.Add(pack = new ServedPack(directory));
        }

        return pack;
    }

    /// <summary>A name may be free now for a pack that was refused because of it: the next review reads those again.</summary>
    private void FreeTheName() => state.Packs.FindAll(pack => pack.IsTwin).ForEach(pack => pack.Fingerprint = "");
}
