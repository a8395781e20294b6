using MultiModalMesh.Errors;
using MultiModalMesh.ModelHub.Folders;
using MultiModalMesh.ModelHub.Hub;
using MultiModalMesh.ModelHub.Selection;

namespace MultiModalMesh.ModelHub;

/// <summary>What a pull would bring.</summary>
/// <param name="Revision">Pinned.</param>
/// <param name="Name">Of the pack's folder, unless another is chosen.</param>
/// <param name="Variant">As it was asked for.</param>
/// <param name="Selection">The files.</param>
public sealed record PullPlan(HubRevision Revision, string Name, string Variant, PackSelection Selection);

/// <param name="Folder">Full path of the pack.</param>
/// <param name="Source">What came.</param>
/// <param name="AlreadyThere">Nothing had to be done.</param>
public sealed record PullResult(string Folder, PackSource Source, bool AlreadyThere);

/// <summary>Brings a model from a hub into a folder of packs, as a whole or not at all.</summary>
public sealed class PackPull(HubClient hub, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Looks up what there is and picks what the pack needs. Changes nothing.</summary>
    /// <param name="reference">The model.</param>
    /// <param name="variant"><c>auto</c>, <c>fp32</c>, <c>fp16</c>, <c>int8</c>, …</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="MeshException">ModelNotFound, HubAccessDenied, HubUnavailable, HubAnswerInvalid, PackInvalid, InvalidRequest.</exception>
    public async Task<PullPlan> PlanAsync(HubReference reference, string variant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        _ = GraphVariant.Find(variant);
        var revision = await hub.ResolveAsync(reference, cancellationToken);
        var files = await hub.ListFilesAsync(revision, cancellationToken);
        var manifest = files.FirstOrDefault(file => file.Path == PackSelection.Manifest);
        var selection = manifest is null
            ? PackSelection.OfPublished(files, revision.Repository, variant)
            : PackSelection.OfManifest(files, revision.Repository, await hub.ReadAsync(revision, manifest, cancellationToken));
        return new PullPlan(revision, reference.Name, variant, selection);
    }

    /// <summary>
    /// Downloads a plan's files and makes them a pack. Interrupted at any point it leaves no pack, but what came so far, and the next run goes on
    /// from there. A pack of the same repository that is there already is replaced once the new one is complete.
    /// </summary>
    /// <param name="plan">Of <see cref="PlanAsync"/>.</param>
    /// <param name="folder">Made if it is not there.</param>
    /// <param name="name">Of the pack's folder; null for the plan's.</param>
    /// <param name="progress">Told of every piece.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    /// <exception cref="MeshException">As <see cref="PlanAsync"/>; PackExists, PackBusy, StorageFailed, Overloaded.</exception>
    public async Task<PullResult> RunAsync(
        PullPlan plan, ModelFolder folder, string? name, IProgress<PullProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(folder);
        name ??= plan.Name;
        var target = folder.PackPath(name);
        using var locked = folder.Lock(name);
        if (await FindSameAsync(plan, target, name, cancellationToken) is { } there)
        {
            return new PullResult(target, there, AlreadyThere: true);
        }

        var staging = new StagingFolder(folder.StagingPath(name));
        staging.Prepare(plan.Selection.Files);
        Disk.RequireRoom(staging.Path, plan.Selection.Bytes - staging.Bytes());

        var files = new List<PackSourceFile>();
        foreach (var file in plan.Selection.Files)
        {
            files.Add(new PackSourceFile(file.Path, file.Bytes, await hub.DownloadAsync(plan.Revision, file, staging.Target(file), progress, cancellationToken)));
        }

        var source = new PackSource(
            hub.Endpoint.ToString(),
            plan.Revision.Repository,
            plan.Revision.Revision,
            plan.Revision.Commit,
            plan.Variant,
            plan.Revision.License,
            _time.GetUtcNow(),
            [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)]);
        try
        {
            source.Write(staging.Path);
            folder.Publish(staging.Path, name);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Disk.Failure(failure, target);
        }

        return new PullResult(target, source, AlreadyThere: false);
    }

    /// <summary>What is in the pack's place already: the same, which is fine; an older state of the same repository, which is replaced; or something else.</summary>
    private async Task<PackSource?> FindSameAsync(PullPlan plan, string target, string name, CancellationToken cancellationToken)
    {
        if (!Path.Exists(target))
        {
            return null;
        }

        var source = PackSource.Find(target)
            ?? throw new MeshException(ErrorReason.PackExists, $"'{target}' is there already and was not pulled from a hub; choose another name with --name.");
        if (source.Repository != plan.Revision.Repository || source.Hub != hub.Endpoint.ToString())
        {
            throw new MeshException(
                ErrorReason.PackExists, $"The pack '{name}' is there already and comes from {source.Hub}{source.Repository}; choose another name with --name, or remove it first.");
        }

        var same = source.Commit == plan.Revision.Commit
            && source.Files.Select(file => (file.Path, file.Bytes)).ToHashSet().SetEquals(plan.Selection.Files.Select(file => (file.Path, file.Bytes)));
        return same && await source.CheckAsync(target, checksums: true, cancellationToken) is { Count: 0 } ? source : null;
    }
}
