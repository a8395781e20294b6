using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Jobs;
using MultiModalMesh.Workers.Clustering;
using MultiModalMesh.Workers.Placement;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace MultiModalMesh.Grains.Operations;

[OnRole("silo")]
[Reentrant]
[GrainType("cluster")]
internal sealed class ClusterGrain(IMembershipTable table, ISiloMetadataCache metadata, TimeProvider time) : Grain, IClusterGrain
{
    // A member that just died answers only once the others have noticed. Less than the gateways wait for an answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<ClusterView> DescribeAsync()
    {
        // Not from Orleans' own grain for it, which may live in a worker that has just died.
        var (dialogues, jobs) = (CountDialoguesAsync(GrainFactory.GetGrain<IManagementGrain>(0)), ReadJobsAsync());
        var members = (await ReadTableAsync()).Members.Select(member => member.Item1);
        return new ClusterView(
            [.. members.Where(member => member.Status != SiloStatus.Dead).Select(View).OrderBy(member => member.JoinedAt).ThenBy(member => member.Address, StringComparer.Ordinal)],
            await dialogues)
        {
            Jobs = await jobs,
        };
    }

    private async Task<MembershipTableData> ReadTableAsync()
    {
        try
        {
            return await table.ReadAllAsync().WaitAsync(Patience, time);
        }
        catch (TimeoutException e)
        {
            throw new MeshException(
                ErrorReason.StorageFailed, "The server of Cluster:ConnectionString, which keeps the list of members, does not answer; see that it runs and can be reached, and try again.", e);
        }
    }

    private MemberView View(MembershipEntry member)
    {
        var published = metadata.GetSiloMetadata(member.SiloAddress).Metadata;
        return new MemberView
        {
            Address = member.SiloAddress.Endpoint.ToString(),
            Host = member.HostName,
            Status = member.Status.ToString(),
            Roles = MemberMetadata.RolesIn(published.Keys),
            WorkerId = published.GetValueOrDefault(MemberMetadata.Worker, ""),
            JoinedAt = new DateTimeOffset(DateTime.SpecifyKind(member.StartTime, DateTimeKind.Utc)),
        };
    }

    private async Task<JobsView?> ReadJobsAsync()
    {
        try
        {
            return await GrainFactory.GetGrain<IJobBoardGrain>(0).ReadAsync().WaitAsync(Patience, time);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return null;
        }
    }

    private async Task<int?> CountDialoguesAsync(IManagementGrain management)
    {
        try
        {
            var counts = await management.GetSimpleGrainStatistics().WaitAsync(Patience, time);
            return counts.Where(count => count.GrainType.Contains(typeof(DialogueGrain).FullName!, StringComparison.Ordinal)).Sum(count => count.ActivationCount);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return null;
        }
    }
}
