using System.Net;
using MultiModalMesh.Workers.Clustering;
using Orleans.Runtime;

namespace MultiModalMesh.Workers.Tests.Clustering;

public sealed class DirectoryPartsTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    public void A_worker_keeps_one_point_of_the_ring_and_silos_everything_else(int now)
    {
        var silo = DirectoryParts.Boundaries(Address(DirectoryParts.Generation(now, keepsPart: true)), DirectoryParts.PerMember);
        var worker = DirectoryParts.Boundaries(Address(DirectoryParts.Generation(now, keepsPart: false)), DirectoryParts.PerMember);

        // From a boundary, exclusive, to the next one: behind a worker's comes a silo's at once.
        Assert.Equal([DirectoryParts.PerMember, DirectoryParts.PerMember], [silo.Length, worker.Length]);
        Assert.Equal(1u, Assert.Single(worker.Distinct().Select(boundary => silo.Min() - boundary)));
        Assert.Equal(DirectoryParts.PerMember, silo.Distinct().Count());
    }

    [Fact]
    public async Task Members_tell_by_their_address_whether_they_have_the_silo_role()
    {
        await using var silo = await Member.StartSiloAsync();
        await using var worker = await Member.StartWorkerAsync(silo, "alpha");

        Assert.Equal(1u, DirectoryParts.Boundaries(silo.Address, DirectoryParts.PerMember).Min());
        Assert.Equal(0u, DirectoryParts.Boundaries(worker.Address, DirectoryParts.PerMember).Max());
    }

    private static SiloAddress Address(int generation) => SiloAddress.New(IPAddress.Loopback, 11111, generation);
}
